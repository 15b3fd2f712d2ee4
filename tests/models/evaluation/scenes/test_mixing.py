"""What is mixed is as loud and as late as the truth says."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.scenes.mixing import active_level_db, brought_to, mix
from models.evaluation.scenes.script import Planned, Scene, Stretch
from models.features.constants import SAMPLE_RATE

ONSET_S = 10.0


def scene(found, snr_db, level_db=-45.0):
    talk = Stretch("talk", 0.0, 20.0, found.background["talk"][:5], (), level_db)
    return Scene(
        "one", (1, 2), 20.0, -75.0, (talk,),
        (Planned("scream", found.events["scream"][0], ONSET_S, snr_db),),
    )  # fmt: skip


def samples_of(samples, begin_s, end_s):
    return samples[int(begin_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)]


@pytest.mark.parametrize("snr_db", [20, 10, 0])
def test_an_event_lies_so_many_db_over_its_background(synthetic, snr_db):
    planned = scene(synthetic, snr_db)
    samples, truth = mix(planned)
    bed, _ = mix(replace(planned, events=()))
    (event,) = truth.events
    alone = samples - bed
    assert active_level_db(samples_of(alone, event.onset_s, event.offset_s)) == pytest.approx(
        -45.0 + snr_db, abs=0.5
    )
    assert active_level_db(bed) == pytest.approx(-45.0, abs=1.0)


def test_the_onset_is_that_of_the_energy_and_not_of_the_file(synthetic):
    planned = scene(synthetic, 20)
    (event,) = mix(planned)[1].events
    assert event.onset_s - ONSET_S == pytest.approx(0.2, abs=0.03)  # the file begins in silence
    assert 1.1 <= event.offset_s - event.onset_s < 1.1 + 0.8  # the room goes on for a while
    assert event.background == "talk"


def test_the_same_scene_is_the_same_samples(synthetic):
    planned = scene(synthetic, 5)
    np.testing.assert_array_equal(mix(planned)[0], mix(planned)[0])
    other = mix(replace(planned, seed=(1, 3)))[0]
    assert not np.array_equal(other, mix(planned)[0])


def test_the_truth_knows_what_was_to_be_heard_when(synthetic):
    _, truth = mix(scene(synthetic, 5))
    assert truth.stretches == (("talk", 0.0, 20.0),)
    starts = [sounding.start_s for sounding in truth.background]
    assert starts == sorted(starts)
    assert all(s.end_s <= 20.0 and s.file.startswith("mine/speech") for s in truth.background)


def test_levels_are_those_of_what_sounds_and_not_of_pauses():
    rng = np.random.default_rng(2)
    burst = (rng.standard_normal(SAMPLE_RATE) * 0.1).astype(np.float32)
    with_pauses = np.concatenate([burst, np.zeros(5 * SAMPLE_RATE, np.float32)])
    assert active_level_db(with_pauses) == pytest.approx(-20.0, abs=0.2)
    assert active_level_db(brought_to(with_pauses, -33.0)) == pytest.approx(-33.0, abs=0.01)
    assert not brought_to(np.zeros(1600, np.float32), -20.0).any()
