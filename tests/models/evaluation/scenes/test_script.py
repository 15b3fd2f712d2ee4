"""Plans: reproducible, fair to every source, and never an event too near to another."""

from collections import Counter

from models.evaluation.scenes.script import (
    LONGEST_S,
    PAUSE_S,
    SCENE_S,
    SNR_DB,
    Amount,
    missing_backgrounds,
    write,
    write_foreground,
)

AMOUNT = Amount(0.5, {"scream": 3})


def test_the_same_scenes_come_every_time_and_other_ones_for_another_fold(synthetic):
    first, again = list(write(synthetic, "dev", AMOUNT)), list(write(synthetic, "dev", AMOUNT))
    assert first == again
    assert first != list(write(synthetic, "test", AMOUNT))
    assert len({scene.seed for scene in first}) == len(first)


def test_there_are_as_many_negative_hours_as_asked_for(synthetic):
    scenes = list(write(synthetic, "dev", AMOUNT))
    without = [scene for scene in scenes if not scene.events]
    assert sum(scene.seconds for scene in without) == 0.5 * 3600
    for scene in scenes:
        ends = [stretch.start_s + stretch.seconds for stretch in scene.stretches]
        assert abs(ends[-1] - SCENE_S) < 1e-6
        assert [s.start_s for s in scene.stretches[1:]] == ends[:-1]


def test_each_event_is_heard_once_at_every_snr_and_apart_from_others(synthetic):
    scenes = list(write(synthetic, "dev", AMOUNT))
    events = [event for scene in scenes for event in scene.events]
    heard = Counter((event.clip.file, event.snr_db) for event in events)
    assert len(heard) == 3 * len(SNR_DB)
    assert set(heard.values()) == {1}
    for scene in scenes:
        for one, following in zip(scene.events, scene.events[1:], strict=False):
            assert following.start_s - one.start_s - one.clip.duration_s >= PAUSE_S[0]
        if scene.events:
            assert all(stretch.kind != "silence" for stretch in scene.stretches)


def test_everything_is_dealt_before_anything_comes_again(synthetic):
    scenes = list(write(synthetic, "dev", AMOUNT))
    heard = Counter(
        clip.file
        for scene in scenes
        for stretch in scene.stretches
        if stretch.kind == "talk"
        for clip in stretch.clips
    )
    assert set(heard) == {clip.file for clip in synthetic.background["talk"]}
    assert max(heard.values()) - min(heard.values()) <= 1


def test_a_background_with_hardly_any_recording_is_left_out_and_said(synthetic):
    kinds = {s.kind for scene in write(synthetic, "dev", AMOUNT) for s in scene.stretches}
    assert "laughter" not in kinds
    missing = missing_backgrounds(synthetic)
    assert "laughter" in missing
    assert "talk" not in missing
    assert "silence" not in missing


def test_everyday_sound_comes_forward_as_events_do_and_nothing_else_does(synthetic):
    amount = Amount(0.5, {"scream": 3}, foreground=5)
    scenes = list(write_foreground(synthetic, "dev", amount))
    assert scenes == list(write_foreground(synthetic, "dev", amount))
    heard = Counter((e.clip.file, e.snr_db) for scene in scenes for e in scene.events)
    assert sum(heard.values()) == 5 * len(SNR_DB)
    everyday = {clip.file for clips in synthetic.background.values() for clip in clips}
    assert {file for file, _ in heard} <= everyday
    assert all(e.clip.duration_s <= LONGEST_S for scene in scenes for e in scene.events)
    others = {scene.seed for scene in write(synthetic, "dev", amount)}
    assert others.isdisjoint(scene.seed for scene in scenes)


def test_the_scenes_of_distress_are_the_same_with_a_foreground_and_without(synthetic):
    with_it = Amount(0.5, {"scream": 3}, foreground=5)
    assert list(write(synthetic, "dev", with_it)) == list(write(synthetic, "dev", AMOUNT))
