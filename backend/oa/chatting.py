"""Answers what followers write or press: members' words, the desk, then what the robot knows."""

from typing import Final

from sqlalchemy.orm import Session

from backend import answers, conversations, members
from backend.conversations import Stage, Why
from backend.oa import texts
from backend.oa.handing import call_people
from backend.oa.heard import Heard
from backend.oa.receipts import refusable
from backend.oa.replies import answer_to, events
from backend.oa.robot import answer_of_book, answer_of_list
from backend.wechat import Article, Picture, Said

SHOWN_OF_A_PICTURE: Final = "[图片]"


def answered(session: Session, heard: Heard) -> Said | None:
    """Write down what was said, answer it, and write that down too; None where a person answers.

    A refusal, such as a second check-in of the day, is an answer like another: what was heard is kept.
    """
    listen(session, heard)
    said = refusable(session, lambda: _answer(session, heard))
    if said is not None:
        speak(session, heard, said)
    return said


def listen(session: Session, heard: Heard) -> None:
    """Write down what a follower said or did."""
    conversations.hear(session, heard.follower_id, kind=heard.kind, text=heard.words, at=heard.at, now=heard.now)


def speak(session: Session, heard: Heard, said: Said) -> None:
    """Write down what answered it."""
    kind, text = _shown(said)
    conversations.say(session, heard.follower_id, kind=kind, text=text, now=heard.now)


def _answer(session: Session, heard: Heard) -> Said | None:
    word = answers.plain(heard.words) if heard.is_pressed or heard.kind == "text" else None
    if word is None:
        return _unread(session, heard)
    if answer_to(word) is not None:
        return _member_s_answer(session, heard, word)
    if word == texts.EVENTS:
        return events(session, heard.now, heard.links)
    if word == texts.PEOPLE or word in texts.OTHER_WORDS_FOR_PEOPLE:
        return call_people(session, heard.follower_id, why=Why.ASKED, now=heard.now)
    if not heard.is_pressed and _is_with_people(session, heard):
        return None
    return _robot_s_answer(session, heard, word)


def _member_s_answer(session: Session, heard: Heard, word: str) -> Said:
    answer = answer_to(word)
    member = members.of_identity(session, heard.follower_id).member
    if member is None or answer is None:
        return texts.JOIN_FIRST.format(link=heard.links.to(texts.JOIN_PAGE, texts.JOIN_LINK))
    return answer(session, members.active(member).id, heard.now, heard.links)


def _robot_s_answer(session: Session, heard: Heard, word: str) -> Said:
    known = answer_of_book(session, heard, word)
    if known is not None:
        return known
    if heard.is_pressed or word in texts.WORDS_FOR_HELP or not answers.terms(word):
        return texts.HELP
    found = answer_of_list(session, heard, word)
    if found is not None:
        return found
    answers.note_unanswered(session, word, now=heard.now)
    return call_people(session, heard.follower_id, why=Why.UNANSWERED, now=heard.now)


def _unread(session: Session, heard: Heard) -> Said | None:
    """A picture or the like: only people look at it, and nobody is called for it."""
    mine = conversations.open_conversation(session, heard.follower_id)
    if mine is None:
        return texts.HELP
    return None if mine.status == Stage.TAKEN else texts.STILL_WAITING


def _is_with_people(session: Session, heard: Heard) -> bool:
    mine = conversations.open_conversation(session, heard.follower_id)
    return mine is not None and mine.status == Stage.TAKEN


def _shown(said: Said) -> tuple[str, str]:
    match said:
        case Picture():
            return "image", SHOWN_OF_A_PICTURE
        case Article(title=title, url=url):
            return "news", f"{title} {url}"
        case str():
            return "text", said
