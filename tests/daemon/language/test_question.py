import numpy as np

from daemon.acoustic.opinion import Opinion
from daemon.language.messages import Opined
from daemon.language.question import Question, Questions


def question(sample, heard):
    return Question(np.full(4, sample, np.int16), sample, heard.append)


def test_the_newest_question_is_the_one_that_is_asked():
    heard, questions = [], Questions()
    questions.put(question(1, heard))
    questions.put(question(2, heard))
    asked, window = questions.take()
    assert asked.sample == 2
    assert np.frombuffer(window, np.int16).tolist() == [2] * 4
    assert not questions.waiting


def test_one_question_at_a_time_is_with_the_worker():
    heard, questions = [], Questions()
    questions.put(question(1, heard))
    questions.take()
    questions.put(question(2, heard))
    assert not questions.waiting
    questions.answer(Opined(sample=1, evidence=0.5, ms=1.0))
    assert heard == [Opinion(1, 0.5)]
    assert questions.waiting
    assert (questions.asked, questions.answered) == (2, 1)


def test_an_answer_to_what_was_given_up_is_nobodys():
    heard, questions = [], Questions()
    questions.put(question(1, heard))
    questions.take()
    questions.lose()
    questions.answer(Opined(sample=1, evidence=0.5, ms=1.0))
    assert heard == []
    assert questions.answered == 0
