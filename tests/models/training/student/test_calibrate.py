"""The scaling holds for the share that it says, and corpora weigh alike."""

from pathlib import Path

import numpy as np
import pytest

from models.data.corpora import Clip
from models.training.student.calibrate import PAIR_SHARE, Strongest, pair_scaling, scaling


def heard(corpus: str, label: str, log_odds: np.ndarray) -> list[Strongest]:
    clip = Clip(Path(), corpus, f"{corpus}/{label}.flac", label, "", f"{corpus}:a", 1.0)
    return [Strongest(clip, hard=False, log_odds=np.array([one, -one])) for one in log_odds]


def probability(log_odds: np.ndarray, scaling: tuple[float, float]) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-(scaling[0] * log_odds + scaling[1])))


@pytest.mark.parametrize("calls", [400, 40])
def test_both_networks_say_the_share_however_many_the_recordings(calls):
    rng = np.random.default_rng(1)
    screams, dogs = rng.normal(1.0, 1.0, calls), rng.normal(-1.0, 1.0, 400)
    found = pair_scaling(
        heard("debian_voices", "scream_pain_death", screams) + heard("us8k", "dog_bark", dogs)
    )
    weight, _ = found["pair"]
    assert weight == pytest.approx(2.0, rel=0.4)  # of two normal distributions two apart
    mean = PAIR_SHARE * probability(screams, found["pair"]).mean()
    mean += (1.0 - PAIR_SHARE) * probability(dogs, found["pair"]).mean()
    assert mean == pytest.approx(PAIR_SHARE, abs=0.01)


def test_a_corpus_of_many_recordings_weighs_no_more_than_one_of_few():
    rng = np.random.default_rng(2)
    screams = heard("debian_voices", "scream_pain_death", rng.normal(2.0, 1.0, 100))
    quiet, loud = rng.normal(-2.0, 1.0, 100), rng.normal(1.0, 1.0, 100)
    few = heard("us8k", "dog_bark", quiet) + heard("music", "music", loud)
    many = heard("us8k", "dog_bark", np.tile(quiet, 9)) + heard("music", "music", loud)
    found, again = (pair_scaling(screams + rest)["pair"] for rest in (few, many))
    assert found == pytest.approx(again, rel=1e-2)


def test_infants_are_scaled_by_their_own_log_odds():
    rng = np.random.default_rng(3)
    found = scaling(
        heard("debian_voices", "scream_pain_death", rng.normal(2.0, 1.0, 80))
        + heard("donateacry", "crying_baby", rng.normal(-2.0, 1.0, 80))
        + heard("us8k", "dog_bark", rng.normal(0.0, 1.0, 80))
    )
    assert set(found) == {"distress", "alone", "infant"}
    assert found["alone"][0] == found["distress"][0]
    assert found["alone"][1] < found["distress"][1]
    assert found["distress"][0] > 0.0
    assert found["infant"][0] > 0.0
