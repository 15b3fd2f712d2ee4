"""The suite's keys and what it hands on, over made corpora and a made hearing."""

import json

import numpy as np
import pytest
import soundfile

from models.errors import DataError
from models.evaluation.scenes.alerts import Alert
from models.evaluation.scenes.mixing import Event, Truth
from models.evaluation.sentences import read_sentences
from models.evaluation.spoken.figures import ALL, SOUND, THRESHOLDS, HeardWords
from models.evaluation.spoken.suite import measure
from models.features.constants import SAMPLE_RATE

SIDE = ["recall", "false_alarms_per_hour"]
SPEAKERS = 40  # of whom a hash puts enough into every fold


@pytest.fixture
def corpora(tmp_path, made_speechless):
    """Screams and talk of many speakers; noise, rain and sirens beside them."""
    made_speechless(tmp_path, ["rain", "siren"])
    folder = tmp_path / "mine"
    folder.mkdir()
    rng = np.random.default_rng(2)
    rows = ["file,label,speaker"]
    for label in ("scream", "speech"):
        for number in range(SPEAKERS):
            sound = rng.standard_normal(SAMPLE_RATE) * 0.05
            soundfile.write(folder / f"{label}{number}.flac", sound, SAMPLE_RATE)
            rows.append(f"{label}{number}.flac,{label},somebody{number}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return tmp_path


class Hearing:
    """Finds one event in every scene, and raises twenty false alarms by sound, one with words."""

    def __init__(self):
        self.scenes, self.sentences, self.streams = [], (), []

    def listen(self, scenes, sentences):
        self.scenes, self.sentences = list(scenes), sentences
        for number, scene in enumerate(scenes):
            event = Event("scream", "x", "g", 10, 100.0, 102.0, "talk")
            truth = Truth(f"s{number}", scene.seconds, (event,), (("talk", 0.0, 600.0),), ())
            found = alert(101.0)
            strays = tuple(alert(200.0 + 20.0 * i) for i in range(20))
            yield HeardWords(
                truth,
                (),
                {
                    SOUND: dict.fromkeys(THRESHOLDS, (found, *strays)),
                    ALL: dict.fromkeys(THRESHOLDS, (found, strays[0])),
                },
                transcripts=3,
            )

    def invent(self, stream):
        self.streams.append(stream)
        return 1, 2


def alert(at_s):
    return Alert("scream", at_s, at_s, at_s + 3.0, at_s + 1.0, infant=False, stands=True)


def told(corpora, hearing, part="all"):
    return measure(corpora, "test", hearing.listen, hearing.invent, 0.7, quick=True, part=part)


@pytest.mark.slow
def test_the_suite_tells_sound_alone_and_all_together_and_what_words_raised(corpora):
    hearing = Hearing()
    figures = told(corpora, hearing)
    assert list(figures) == [
        *("audio", "fused", "scenes", "events", "sentences", "believed_transcripts"),
        *("reliability", "ablation", "fold", "hallucinated_alerts", "speechless"),
    ]
    assert list(figures["audio"])[:2] == list(figures["fused"])[:2] == SIDE
    assert figures["audio"]["recall"] == figures["fused"]["recall"] == 1.0
    rates = [figures[side]["false_alarms_per_hour"] for side in ("audio", "fused")]
    assert rates[0] == pytest.approx(20 * rates[1], rel=1e-3)
    assert figures["fold"] == "test"
    assert figures["scenes"] == len(hearing.scenes) > 0
    assert figures["believed_transcripts"] == 3 * len(hearing.scenes)
    assert figures["hallucinated_alerts"] == len(hearing.streams) == 1
    assert figures["speechless"] == {"hours": 0.2, "believed_transcripts": 2}
    assert list(hearing.sentences) == read_sentences("test")
    json.dumps(figures)


def test_scenes_alone_are_the_same_again_and_nothing_is_heard_of_the_other_half(corpora):
    one, other = Hearing(), Hearing()
    figures = told(corpora, one, "scenes")
    assert figures == told(corpora, other, "scenes")
    assert one.scenes == other.scenes
    assert "hallucinated_alerts" not in figures
    assert not one.streams


@pytest.mark.slow
def test_hours_without_words_alone_are_the_same_again_and_no_scene_is_heard(corpora):
    one, other = Hearing(), Hearing()
    figures = told(corpora, one, "speechless")
    assert figures == told(corpora, other, "speechless")
    assert list(figures) == ["fold", "hallucinated_alerts", "speechless"]
    assert all(np.array_equal(a, b) for a, b in zip(one.streams, other.streams, strict=True))
    assert not one.scenes


def test_a_root_without_recordings_is_an_error(tmp_path):
    with pytest.raises(DataError):
        told(tmp_path, Hearing())
