"""No speaker, contributor, package or source is on two sides."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.corpora import Clip, read_all
from models.data.splits import fold_of, split

names = st.text(min_size=1, max_size=12)


def clip(group: str, number: int) -> Clip:
    return Clip(Path(), group.partition(":")[0], f"{number}.flac", "calm", "", group, 1.0)


@given(st.lists(st.builds("esc10:{}".format, names), max_size=60))
def test_a_group_is_never_on_two_sides(groups):
    clips = [clip(group, number) for number, group in enumerate(groups)]
    folds = split(clips)
    sides = defaultdict(set)
    for fold, members in folds.items():
        for member in members:
            sides[member.group].add(fold)
    assert all(len(found) == 1 for found in sides.values())
    together = [member for members in folds.values() for member in members]
    assert sorted(together, key=lambda c: int(c.file.split(".")[0])) == clips
    for members in folds.values():
        assert members == [member for member in clips if member in members]


@pytest.mark.parametrize(
    ("group", "fold"),
    [
        ("us8k:101415", "train"),
        ("us8k:114587", "train"),
        ("esc10:114587", "train"),
        ("esc10:161579", "dev"),
        ("librispeech:ls2033", "train"),
        ("librispeech:ls121", "dev"),
        ("donateacry:dac_549a46d8-9c84-430e-ade8-97eae2bef787", "dev"),
        ("nemo:nemo_SM0", "test"),
        ("pico:pico", "test"),
    ],
)
def test_folds_are_the_same_on_every_machine_and_for_ever(group, fold):
    assert fold_of(group) == fold


def test_shares_are_about_as_meant():
    folds = [fold_of(f"some:{number}") for number in range(4000)]
    assert folds.count("train") / 4000 == pytest.approx(0.60, abs=0.03)
    assert folds.count("dev") / 4000 == pytest.approx(0.15, abs=0.03)


def test_ravdess_actors_are_split_14_4_6():
    folds = [fold_of(f"ravdess:rav{actor:02d}") for actor in range(1, 25)]
    assert folds == ["train"] * 14 + ["dev"] * 4 + ["test"] * 6


@pytest.mark.data
def test_over_the_real_corpora_no_group_and_no_source_crosses(data_root):
    folds = split(read_all(data_root))
    sides = defaultdict(set)
    for fold, clips in folds.items():
        for one in clips:
            sides[one.group].add(fold)
            if one.corpus in {"esc10", "us8k"}:  # both are cut from Freesound's recordings
                sides["freesound " + one.group.partition(":")[2]].add(fold)
            if one.corpus in {"music", "debian_voices"}:  # both from the same games
                package = one.group.partition(":")[2]
                sides["package " + re.split(r"[-\d]", package)[0]].add(fold)
            if one.corpus == "emospeech_in":  # names end in the contributor's hash
                (contributor,) = re.findall(r"([0-9a-f]{40,64})\.", one.file)
                sides["contributor " + contributor].add(fold)
    assert {group: found for group, found in sides.items() if len(found) > 1} == {}


@pytest.mark.data
def test_every_fold_of_the_real_corpora_has_every_kind_of_sound(data_root):
    for clips in split(read_all(data_root)).values():
        assert {c.meaning.verdict for c in clips} == {"distress", "not_distress", "infant", "apart"}
        for label in ("scream_pain_death", "speech", "music", "baby_cry", "fear", "angry"):
            assert any(c.label == label for c in clips), label
