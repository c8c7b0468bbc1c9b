"""What members answer to the questions of a form: checked, sealed, and shown to who may see it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend.events.book import Question
from backend.events.errors import AnswersRefused, RegistrationUnknown
from backend.events.models import Event, Registration
from backend.events.noting import note
from backend.kit.pii import mask_phone, vault

Answer = str | int | list[str]

PHONE: Final = re.compile(r"1[3-9][0-9]{9}")


def checked(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Answer]:
    """The answers to a form, blanks around texts left out. Raises AnswersRefused, which tells all that is wrong."""
    known = {question.key for question in questions}
    wrong = [f"没有问题 {key[:32]}" for key in sorted(answers) if key not in known]
    given: dict[str, Answer] = {}
    for question in questions:
        answer = _tidy(answers.get(question.key))
        if answer is None:
            wrong += [f"{question.label}：必填"] if question.required else []
        elif why := _wrong(question, answer):
            wrong.append(f"{question.label}：{why}")
        else:
            given[question.key] = answer
    if wrong:
        raise AnswersRefused(why="；".join(wrong))
    return given


def seal(session: Session, registration: Registration, answers: Mapping[str, Answer]) -> None:
    """Keep the answers with a registration."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    registration.answers_sealed = vault(session).seal(text, _place(registration)) if answers else None


def read(session: Session, registration: Registration) -> dict[str, Answer]:
    """The answers kept with a registration."""
    if registration.answers_sealed is None:
        return {}
    found: dict[str, Answer] = json.loads(vault(session).open(registration.answers_sealed, _place(registration)))
    return found


def unmask(session: Session, registration_id: int, *, reason: str, by: str, now: datetime) -> dict[str, Answer]:
    """What a member answered, for an operator; that it was looked at, and why, is written down.

    Raises RegistrationUnknown.
    """
    made = session.get(Registration, registration_id)
    if made is None:
        raise RegistrationUnknown
    note(session, session.get_one(Event, made.event_id), "unmask", by=by, reason=reason, of=made, now=now)
    return read(session, made)


def masked(questions: Sequence[Question], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers as operators see them: choices and numbers as they are, phones masked, of texts how long they are."""
    kinds = {question.key: question.kind for question in questions}
    return {key: _masked(kinds.get(key, "text"), answer) for key, answer in answers.items()}


def _masked(kind: str, answer: Answer) -> Answer:
    if kind == "phone":
        return mask_phone(str(answer))
    return f"（{len(str(answer))} 字）" if kind == "text" else answer


def _tidy(answer: Any) -> Any:
    tidy = answer.strip() if isinstance(answer, str) else answer
    return None if tidy in ("", []) else tidy


def _wrong(question: Question, answer: Any) -> str | None:
    options = question.options or ()
    if question.kind == "number":
        whole = type(answer) is int and question.least <= answer <= question.most
        return None if whole else f"须为 {question.least} 至 {question.most} 的整数"
    if question.kind == "multiple":
        sound = isinstance(answer, list) and len(answer) <= len(options)
        chosen = sound and all(isinstance(one, str) and one in options for one in answer)
        return None if chosen and len(set(answer)) == len(answer) else "请从选项中选择"
    if not isinstance(answer, str):
        return "格式不符"
    if question.kind == "choice":
        return None if answer in options else "请从选项中选择"
    if question.kind == "phone":
        return None if PHONE.fullmatch(answer) else "手机号格式不符"
    return None if len(answer) <= question.longest else f"最多 {question.longest} 个字"


def _place(registration: Registration) -> str:
    return f"event_registrations.answers:{registration.id}"
