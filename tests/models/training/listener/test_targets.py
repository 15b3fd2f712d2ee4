"""What is asked of the listener, and when."""

import numpy as np
import pytest

from models.data.labels import Meaning
from models.features.constants import SAMPLE_RATE
from models.training.listener.stretches import BLOCK_SAMPLES, Stretch
from models.training.listener.targets import OVER_S, WARM_S, targets

BLOCKS = 50
ONSET_S, OFFSET_S = 1.0, 2.5
END_S = (np.arange(BLOCKS) + 1) * BLOCK_SAMPLES / SAMPLE_RATE


@pytest.fixture
def stretch() -> Stretch:
    ends = (END_S * SAMPLE_RATE).astype(np.int32)
    return Stretch(
        "a",
        np.zeros((BLOCKS * 10, 64), np.float16),
        np.zeros((BLOCKS, 1024), np.float16),
        np.zeros((BLOCKS, 521), np.float16),
        ends - int(ONSET_S * SAMPLE_RATE),
        ends - int(OFFSET_S * SAMPLE_RATE),
        4,
    )


@pytest.mark.parametrize(("verdict", "outcome"), [("distress", 1), ("infant", 2)])
def test_the_clip_is_what_its_label_says_and_the_background_nothing(
    stretch: Stretch, verdict: str, outcome: int
) -> None:
    asked = targets(stretch, Meaning(verdict, frozenset({"fearful"})))  # type: ignore[arg-type]
    during = (END_S > ONSET_S + WARM_S + 0.01) & (END_S <= OFFSET_S)
    away = (END_S <= ONSET_S) | (END_S > OFFSET_S + OVER_S + 0.01)
    assert set(asked.outcome[during]) == {outcome}
    assert set(asked.outcome[away]) == {0}
    assert (asked.outcome_weight[during | away] > 0).all()


def test_nothing_is_asked_while_the_clip_lingers_in_the_window(stretch: Stretch) -> None:
    asked = targets(stretch, Meaning("distress", frozenset({"fearful"})))
    lingering = (END_S > OFFSET_S + 0.2) & (END_S <= OFFSET_S + OVER_S - 0.01)
    assert lingering.any()
    assert not asked.outcome_weight[lingering].any()


def test_what_is_apart_is_asked_for_its_emotion_only(stretch: Stretch) -> None:
    asked = targets(stretch, Meaning("apart", frozenset({"sad"})))
    during = (END_S > ONSET_S) & (END_S <= OFFSET_S)
    assert not asked.outcome_weight[during].any()
    assert asked.emotion_weight[during].any()


def test_later_answers_count_more(stretch: Stretch) -> None:
    asked = targets(stretch, Meaning("distress", frozenset({"fearful"})))
    during = (END_S > ONSET_S + WARM_S) & (END_S <= OFFSET_S)
    assert (np.diff(asked.outcome_weight[during]) >= 0).all()
    assert (np.diff(asked.emotion_weight[during]) >= 0).all()
