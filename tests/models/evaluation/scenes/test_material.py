"""Which recordings are events, which are everyday life, and that no fold shares one."""

from pathlib import Path

import pytest

from models.data.corpora import Clip
from models.data.splits import fold_of
from models.errors import DataError
from models.evaluation.scenes.material import background_kind, event_kind, material


def clip(corpus, label, file="x.flac", environment="", keyword="", group="g"):
    return Clip(Path(), corpus, f"{corpus}/{file}", label, environment, f"{corpus}:{group}", 2.0,
                keyword)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "event", "background"),
    [
        (clip("ravdess", "fear", "Actor_01/03-01-06-02-01-01-01.flac"), "fear", None),
        (clip("ravdess", "fear", "Actor_01/03-01-06-01-01-01-01.flac"), None, None),
        (clip("nemo", "angry"), "anger", None),
        (clip("emospeech_in", "fearful", environment="safe", keyword="help"), "help", None),
        (clip("emospeech_in", "angry", environment="safe", keyword="go"), "anger", None),
        (clip("emospeech_in", "none", environment="scream", keyword="background"), "scream", None),
        (clip("emospeech_in", "calm", environment="scream"), None, None),
        (clip("emospeech_in", "calm", environment="safe"), None, "talk"),
        (clip("debian_voices", "scream_pain_death"), "scream", None),
        (clip("debian_voices", "fall_drown"), "scream", None),
        (clip("debian_voices", "comic_pain"), None, None),
        (clip("debian_voices", "comic_speech"), None, "television"),
        (clip("debian_voices", "laugh"), None, "laughter"),
        (clip("nemo", "sad"), None, None),
        (clip("us8k", "siren"), None, None),
        (clip("us8k", "children_playing"), None, "children"),
        (clip("donateacry", "crying_baby"), None, "infants"),
        (clip("librispeech", "speech"), None, "talk"),
    ],
)
def test_a_recording_is_an_event_or_background_or_neither(one, event, background):
    assert event_kind(one) == event
    assert background_kind(one) == background


def test_a_fold_has_only_its_own_sources():
    clips = [clip("librispeech", "speech", group=f"ls{n}") for n in range(60)]
    clips += [clip("nemo", "fear", group=f"new{n}") for n in range(60)]
    for fold in ("dev", "test"):
        found = material(clips, fold)
        used = [
            c for kinds in (found.events, found.background) for cs in kinds.values() for c in cs
        ]
        assert used
        assert all(fold_of(c.group) == fold for c in used)


def test_a_fold_without_events_cannot_be_mixed():
    clips = [clip("librispeech", "speech", group=f"ls{n}") for n in range(60)]
    with pytest.raises(DataError, match="dev fold has no recording of distress"):
        material(clips, "dev")
