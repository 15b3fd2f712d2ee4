from daemon.health import PartHealth
from daemon.notify.faults import BACK_S, CHANNEL_S, FLOW_S, STORE_S, Faults

WELL = {"source": PartHealth("ok", "a microphone", stage="healthy"), "store": PartHealth("ok")}


def titles(faults, now_s, **parts):
    return [notice.title for notice in faults.look(WELL | parts, now_s)]


def test_nothing_is_told_while_all_is_well():
    faults = Faults()
    assert [faults.look(WELL, now) for now in range(100)] == [[]] * 100
    assert faults.look({}, 100.0) == []


def test_a_microphone_that_failed_is_told_once_and_its_return_once():
    faults = Faults()
    recovering = PartHealth("unavailable", "It is gone.", "Plug it in.", stage="recovering")
    failed = PartHealth("unavailable", "It is gone.", "Plug it in.", stage="failed")
    assert titles(faults, 0.0, source=recovering) == []
    (notice,) = faults.look(WELL | {"source": failed}, 60.0)
    assert notice.title == "distressd hears nothing"
    assert notice.text == "It is gone. Plug it in."
    assert notice.level == "warning"
    assert titles(faults, 61.0, source=failed) == []
    assert titles(faults, 62.0, source=recovering) == []
    assert titles(faults, 63.0, source=failed) == []
    assert titles(faults, 64.0) == []
    assert titles(faults, 64.0 + BACK_S) == ["distressd hears again"]
    assert titles(faults, 65.0 + BACK_S) == []


def test_a_microphone_that_opens_and_stalls_again_and_again_is_not_back():
    faults = Faults()
    failed = PartHealth("unavailable", "It is gone.", "Plug it in.", stage="failed")
    assert titles(faults, 0.0, source=failed) == ["distressd hears nothing"]
    for attempt in range(1, 100):
        assert titles(faults, 30.0 * attempt) == []
        assert titles(faults, 30.0 * attempt + 1.0, source=failed) == []


def test_sound_that_is_not_decided_upon_is_told_once_it_has_lasted():
    faults = Faults()
    stuck = PartHealth("failed", "Nothing is decided upon.", "Restart distressd.")
    assert titles(faults, 0.0, flow=stuck) == []
    assert titles(faults, FLOW_S - 1, flow=PartHealth("ok")) == []
    assert titles(faults, FLOW_S, flow=stuck) == []
    assert titles(faults, 2 * FLOW_S, flow=stuck) == ["distressd is stuck and raises no alert"]
    assert titles(faults, 3 * FLOW_S, flow=stuck) == []
    assert titles(faults, 4 * FLOW_S, flow=PartHealth("ok")) == ["distressd goes on"]


def test_another_microphone_that_stands_in_is_hearing_again():
    faults = Faults()
    faults.look(WELL | {"source": PartHealth("unavailable", "Gone.", stage="failed")}, 0.0)
    stand_in = PartHealth("degraded", "Another.", stage="failed_over")
    assert titles(faults, 1.0, source=stand_in) == []
    assert titles(faults, 1.0 + BACK_S, source=stand_in) == ["distressd hears again"]


def test_a_store_that_is_locked_for_a_moment_is_not_told():
    faults = Faults()
    bad = PartHealth("degraded", "The disk is full.", "Free space.")
    assert titles(faults, 0.0, store=bad) == []
    assert titles(faults, 1.0) == []
    assert titles(faults, STORE_S + 1, store=bad) == []
    assert titles(faults, 2 * STORE_S + 1, store=bad) == ["distressd cannot keep its alerts"]
    assert titles(faults, 2 * STORE_S + 2) == ["distressd keeps its alerts again"]


def test_a_store_that_was_set_aside_is_told_once():
    faults = Faults()
    aside = PartHealth("ok", "The store was damaged and is set aside in X; a new one was begun.")
    assert titles(faults, 0.0, store=aside) == ["distressd has begun a new history"]
    assert titles(faults, 1.0, store=aside) == []


def test_a_channel_that_reaches_nobody_for_long_is_told_of_and_no_desktop_is_no_news():
    faults = Faults()
    dead = PartHealth("unavailable", "The broker is gone.", "Look at it.")
    parts = {"notify_home": dead, "notify_desktop": dead, "notify": dead}
    assert titles(faults, 0.0, **parts) == []
    assert titles(faults, CHANNEL_S - 1, **parts) == []
    assert titles(faults, CHANNEL_S, **parts) == ["distressd cannot reach home"]
    assert titles(faults, 2 * CHANNEL_S, **parts) == []
    assert titles(faults, 2 * CHANNEL_S, notify_home=PartHealth("degraded")) == []
    assert titles(faults, 2 * CHANNEL_S, notify_home=PartHealth("ok")) == [
        "distressd reaches home again"
    ]
