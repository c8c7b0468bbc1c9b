from backend import answers
from backend.demo.answers import teach_robot
from tests.support.clocks import MORNING


def test_the_demo_s_robot_knows_words_and_questions(session):
    teach_robot(session, by="demo", now=MORNING)
    book = answers.live_book(session, now=MORNING)
    assert book.answer_to("楼层", is_key=False).name == "floors"
    assert book.answer_to("我要投诉你们", is_key=False).name == "complaint"
    assert answers.question_of(session, "母婴室在几楼", now=MORNING).code == "baby-room"
    assert len(answers.questions(session, limit=100)) == 30
