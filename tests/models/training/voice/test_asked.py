"""What the second ear is asked about in scenes, what of, and how often it learns from it."""

import numpy as np
import pytest

from models import registry
from models.catalogue import WHISPER
from models.errors import DataError
from models.evaluation.scenes.mixing import Event, Sounding, Truth
from models.evaluation.scenes.script import Scene, Stretch
from models.features.constants import HOP, SAMPLE_RATE
from models.networks.mobilenet import KINDS
from models.networks.voice import EVERY, SUSPECTED
from models.training.voice import asked as module
from models.training.voice.asked import Asked, Lesson, beside_mixtures, suspicious, told
from models.training.voice.recipe import FRONT, VoiceRecipe
from models.training.voice.windows import Windows


def event(kind, onset_s):
    return Event(kind, f"mine/{kind}.wav", "group", 10, onset_s, onset_s + 1.0, "talk")


TRUTH = Truth(
    "one",
    90.0,
    (event("scream", 10.0), event("talk", 30.0), event("help", 50.0), event("animals", 70.0)),
    (("talk", 0.0, 60.0), ("infants", 60.0, 90.0)),
    (Sounding("talk", "mine/talk.wav", 0.0, 60.0),),
)


@pytest.mark.parametrize(
    ("at_s", "kind", "front"),
    [
        (9.9, "none", False), (10.3, "cry", False), (11.7, "cry", False), (13.3, "none", False),
        (30.5, "none", True), (32.0, "none", False), (50.5, "fear", False), (61.0, "infant", False),
        (70.5, "none", True),
    ],
)  # fmt: skip
def test_a_window_is_of_what_sounds_at_its_end(at_s, kind, front):
    assert told(TRUTH, at_s) == (KINDS.index(kind), front)


@pytest.mark.parametrize("at_s", [10.1, 12.0, 13.1])
def test_what_may_hold_some_of_an_event_and_is_none_of_it_is_left_out(at_s):
    assert told(TRUTH, at_s) is None


class Loud:
    """An ear that suspects what is loud."""

    def __init__(self):
        self.distress, self.is_open, self.expected = 0.0, False, []

    def expect(self, hops):
        self.expected = list(hops)

    def step(self, hop):
        assert np.array_equal(hop, self.expected.pop(0))
        self.distress = SUSPECTED if np.abs(hop).max() >= 0.5 else 0.0
        self.is_open = bool(np.abs(hop).max() >= 0.1)


def test_what_the_first_ear_suspects_is_asked_about_at_once_and_then_now_and_then():
    stream = np.full(4 * SAMPLE_RATE + 7, 0.2, np.float32)
    stream[SAMPLE_RATE : 3 * SAMPLE_RATE] = 0.5
    ends = suspicious(Loud(), stream)
    assert ends[0] == SAMPLE_RATE + HOP
    assert set(np.diff(ends)) == {EVERY}
    assert ends[-1] <= 3 * SAMPLE_RATE
    assert suspicious(Loud(), stream * np.float32(0.1)) == []


def test_a_scene_in_which_nothing_is_suspicious_is_kept_and_left_out(
    tmp_path, monkeypatch, words_models
):
    scene = Scene("quiet", (1,), 4.0, -70.0, (Stretch("silence", 0.0, 4.0, (), (), -50.0),), ())
    monkeypatch.setattr(module, "first_ear", Loud)
    monkeypatch.setattr(module, "_identity", lambda *_: "quiet")
    encoder = registry.find(WHISPER)
    made = [module._asked(scene, encoder, tmp_path) for _ in range(2)]
    assert [len(one.kinds) for one in made] == [0, 0]
    assert [file.name for file in tmp_path.iterdir()] == ["asked-quiet.npz"]
    monkeypatch.setattr(module, "material", lambda *_: None)
    monkeypatch.setattr(module, "write", lambda *_: [])
    monkeypatch.setattr(module, "write_foreground", lambda *_: [])
    with pytest.raises(DataError, match="asks about nothing"):
        module.asked_windows([], VoiceRecipe(), encoder, None)


def windows(count, corpus):
    return Windows(np.arange(count), np.zeros((count, 2), np.float16), np.array([corpus] * count))


def test_each_kind_has_its_share_of_what_was_asked_about_and_mixtures_the_rest():
    names = ["none"] * 30 + ["front"] * 2 + ["cry"] * 5 + ["anger", "fear", "infant"]
    kinds = np.array([0 if name == "front" else KINDS.index(name) for name in names])
    asked = Asked(windows(len(names), "b"), kinds, np.array(names) == "front")
    shares = VoiceRecipe().asked_share
    rooms = Asked(
        windows(6, "c"), np.array([0, 0, 0, 0, 0, KINDS.index("fear")]), np.zeros(6, bool)
    )
    lessons = [Lesson(asked, 0.5, shares), Lesson(rooms, 0.1, {"none": 0.8, "fear": 0.2})]
    together, all_kinds, chance = beside_mixtures(windows(50, "a"), np.ones(50, int), lessons)
    first, last = 50, 50 + len(names)
    assert len(together.of) == len(all_kinds) == len(chance) == last + 6
    assert len(set(together.of.tolist())) == len(together.of), "places are those of one list"
    assert together.corpora.tolist() == ["a"] * 50 + ["b"] * len(names) + ["c"] * 6
    assert chance.sum() == pytest.approx(1.0)
    assert chance[:first].sum() == pytest.approx(0.4)
    for name, share in shares.items():
        mine = chance[first:last][np.array(names) == name]
        assert mine.sum() == pytest.approx(0.5 * share)
        assert np.ptp(mine) == pytest.approx(0.0)
    assert chance[last:].tolist() == pytest.approx([0.016] * 5 + [0.02])
    assert FRONT not in KINDS


def test_what_no_scene_held_leaves_its_share_to_the_others():
    asked = Asked(windows(4, "b"), np.array([0, 0, 1, 1]), np.zeros(4, bool))
    lesson = Lesson(asked, 0.5, VoiceRecipe().asked_share)
    _, _, chance = beside_mixtures(windows(2, "a"), np.zeros(2, int), [lesson])
    assert chance.sum() == pytest.approx(1.0)
    assert chance[:2].sum() == pytest.approx(0.5)


def test_a_kind_that_is_given_no_share_is_not_learned_from():
    asked = Asked(windows(4, "b"), np.array([0, 0, 1, 1]), np.zeros(4, bool))
    _, _, chance = beside_mixtures(
        windows(2, "a"), np.zeros(2, int), [Lesson(asked, 0.5, {"none": 1.0})]
    )
    assert chance.tolist() == pytest.approx([0.25, 0.25, 0.25, 0.25, 0.0, 0.0])
