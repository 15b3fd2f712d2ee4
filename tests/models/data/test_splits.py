"""No speaker, contributor, package or source is on two sides."""

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.corpora import Clip, read_all
from models.data.splits import (
    GAMES,
    check_groups,
    fold_of,
    ravdess_actors,
    ravdess_split,
    recorded_screams,
    split,
    with_screams_of,
    without_corpus,
)
from models.errors import DataError

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
        ("esc50:161579", "dev"),
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


def clips_of_ravdess():
    return [clip(f"ravdess:rav{1 + n % 24:02d}", n) for n in range(48)]


@pytest.mark.parametrize("fold", range(6))
def test_a_ravdess_fold_has_four_actors_to_test_and_two_of_each_sex_to_choose(fold):
    actors = ravdess_actors(fold)
    assert actors["test"] == tuple(range(4 * fold + 1, 4 * fold + 5))
    assert sum(actor % 2 for actor in actors["dev"]) == 2
    assert [len(actors[side]) for side in ("train", "dev", "test")] == [16, 4, 4]
    assert sorted(actor for side in actors.values() for actor in side) == list(range(1, 25))
    folds = ravdess_split([*clips_of_ravdess(), clip("tess:OAF", 99)], fold)
    check_groups(folds)
    assert sum(map(len, folds.values())) == 48
    assert {c.group for c in folds["test"]} == {f"ravdess:rav{a:02d}" for a in actors["test"]}


def test_every_actor_is_tested_once_and_chosen_by_once():
    for side in ("test", "dev"):
        assert sorted(a for k in range(6) for a in ravdess_actors(k)[side]) == list(range(1, 25))


def test_there_is_no_seventh_fold():
    with pytest.raises(DataError, match="no fold 6"):
        ravdess_actors(6)


def test_a_corpus_left_out_is_only_tested_and_nothing_else_is():
    clips = [*clips_of_ravdess(), clip("tess:OAF", 50), clip("tess:YAF", 51)]
    folds = without_corpus(clips, "ravdess")
    assert [c.corpus for c in folds["test"]] == ["ravdess"] * 48
    assert [c.group for c in folds["train"]] == ["tess:OAF"]
    with pytest.raises(DataError, match="no recording of nemo"):
        without_corpus(clips, "nemo")


def test_a_group_on_both_sides_is_refused_with_its_files():
    folds = {"train": [clip("tess:OAF", 1)], "dev": [], "test": [clip("tess:OAF", 2)]}
    with pytest.raises(DataError, match=r"tess:OAF is in train \(1\.flac\) and in test"):
        check_groups(folds)


def test_what_is_split_by_hand_goes_there_and_a_group_on_both_sides_is_refused():
    here, there = replace(clip("own:ann", 1), fold="test"), replace(clip("own:bob", 2), fold="dev")
    folds = split([here, there])
    assert (folds["test"], folds["dev"], folds["train"]) == ([here], [there], [])
    with pytest.raises(DataError, match=r"own:ann is in train \(3\.flac\) and in test") as raised:
        split([here, replace(clip("own:ann", 3), fold="train")])
    assert "one fold" in raised.value.remedy


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


def test_screams_of_one_side_only_are_learned(data_root):
    clips = read_all(data_root)
    screamers = {clip.group for clip in recorded_screams(clips)}
    games = with_screams_of(clips, "games")
    assert not screamers & {clip.group for clip in games}
    assert any(clip.corpus in GAMES for clip in games)
    recorded = with_screams_of(clips, "recorded")
    assert screamers <= {clip.group for clip in recorded}
    assert not any(clip.corpus in GAMES for clip in recorded)
    for learned in (games, recorded):
        assert {fold_of(c.group) for c in learned if c.group not in screamers} == {"train"}
