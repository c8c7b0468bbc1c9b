"""What the robot of the official account knows: a book of answers to words and buttons, and a list of questions.

The book is the rule book "answers", drafted and published like any other. The list of questions is found in by how
near what somebody asks is to one of its phrasings; what is near none is for people, and is kept for operators to learn
from. Owns the tables `faq_questions`, `faq_lists`, `faq_unanswered` and `answer_pictures`.
"""

from backend.answers.book import KIND, RESERVED, AnswerBook, ArticleAnswer, Entry, PictureAnswer, TextAnswer, checked
from backend.answers.book import draft as draft_book
from backend.answers.book import live as live_book
from backend.answers.errors import BookRefused, ListRefused, QuestionUnknown
from backend.answers.listing import Imported, export, import_list, read
from backend.answers.models import Question
from backend.answers.pictures import address_of, media_id_of, note_upload, to_upload
from backend.answers.questions import by_id, find, index_of, question_of, questions
from backend.answers.rules import THRESHOLD, plain, terms
from backend.answers.unanswered import Open, adopt, dismiss, forget_unanswered, note_unanswered, place_of, unanswered

__all__ = [
    "KIND",
    "RESERVED",
    "THRESHOLD",
    "AnswerBook",
    "ArticleAnswer",
    "BookRefused",
    "Entry",
    "Imported",
    "ListRefused",
    "Open",
    "PictureAnswer",
    "Question",
    "QuestionUnknown",
    "TextAnswer",
    "address_of",
    "adopt",
    "by_id",
    "checked",
    "dismiss",
    "draft_book",
    "export",
    "find",
    "forget_unanswered",
    "import_list",
    "index_of",
    "live_book",
    "media_id_of",
    "note_unanswered",
    "note_upload",
    "place_of",
    "plain",
    "question_of",
    "questions",
    "read",
    "terms",
    "to_upload",
    "unanswered",
]
