"""What the robot knows, as it is said in the chat."""

from sqlalchemy.orm import Session

from backend import answers
from backend.answers import ArticleAnswer, PictureAnswer, Question, TextAnswer
from backend.oa.heard import Heard
from backend.oa.replies import Links
from backend.wechat import Article, Picture, Said


def answer_of_book(session: Session, heard: Heard, word: str) -> Said | None:
    """What the book of answers says to a word, or to a button by its key; None where it has none."""
    book = answers.live_book(session, now=heard.now)
    entry = book.answer_to(heard.words, is_key=True) if heard.is_pressed else None
    entry = entry or book.answer_to(word, is_key=False)  # a button may have a word for its key
    return _said(session, heard, entry.answer) if entry else None


def answer_of_list(session: Session, heard: Heard, word: str) -> Said | None:
    """The answer to the question of the operators' list that somebody asks; None where none is near enough."""
    question = answers.question_of(session, word, now=heard.now)
    return _told(question, heard.links) if question else None


def _said(session: Session, heard: Heard, answer: TextAnswer | PictureAnswer | ArticleAnswer) -> Said:
    match answer:
        case TextAnswer(text=text, page=page, link=link):
            return _with_link(text, page, link, heard.links)
        case PictureAnswer(picture=picture, text=text):
            media_id = answers.media_id_of(session, heard.appid, picture)
            return Picture(media_id) if media_id else text
        case ArticleAnswer(title=title, description=description, url=url):
            picture = answer.picture
            address = picture if picture.startswith("http") else answers.address_of(session, picture)
            shown = address if address.startswith("http") else heard.links.base_url + address
            return Article(title, description, shown, url)


def _told(question: Question, links: Links) -> str:
    return _with_link(question.answer, question.page, question.link, links)


def _with_link(text: str, page: str | None, link: str | None, links: Links) -> str:
    return f"{text}\n{links.to(page, link)}" if page and link else text
