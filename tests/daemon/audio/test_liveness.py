"""The liveness against a world that it cannot see into: pure, and in no time at all."""

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.audio.liveness import Liveness, Settings, Sight

LOOK_S = 0.25
RATE = 16_000
SETTINGS = Settings()
EVENTS = ("open", "stall", "zero", "return")


@dataclass
class World:
    """A wanted device and perhaps another one; a tick is a second.

    Attributes:
        wanted: what the wanted device does: sound, zeros, stalls, or gone.
        other: whether there is another one, which works.
    """

    wanted: str = "sound"
    other: bool = False

    def __post_init__(self):
        self.now = 0.0
        self.live = Liveness(0.0)
        self.on = None
        self.frames = 0
        self.opened_s = 0.0
        self.zeros_s = 0.0
        self.slept_s = 0.0
        self.heard_s = 0.0  # of sound that came in
        self.attempts = []

    def happens(self, event):
        match event:
            case "open":  # another program takes or frees the device
                self.wanted = "gone" if self.wanted != "gone" else "sound"
            case "stall":
                self.wanted = "stalls"
            case "zero":
                self.wanted = "zeros"
            case "return":
                self.wanted = "sound"

    def run(self, seconds, look_s=LOOK_S):
        until = self.now + seconds
        while self.now < until:
            self.step(look_s)
            self.now += look_s

    def end(self):
        """Long enough for everything that lasts."""
        self.run(700.0, 2.0)

    def step(self, look_s):
        live = self.live
        if self.on is None:
            live.waited(self.now)
            if live.wait_s(self.now) <= 0:
                self.attempts.append(self.now)
                self.open()
            assert live.wait_s(self.now) <= SETTINGS.longest_wait_s
            return
        does = self.wanted if self.on == "wanted" else ("sound" if self.other else "gone")
        if does in {"sound", "zeros"}:
            self.frames += int(RATE * look_s)
        self.zeros_s = self.zeros_s + look_s if does == "zeros" else 0.0
        self.heard_s += look_s * (does == "sound")
        sight = Sight(self.frames, RATE, self.zeros_s, active=does != "gone")
        action = live.look(self.now, sight, self.slept_s)
        self.slept_s = 0.0
        back = action == "seek" and self.wanted not in {"gone", "zeros"}
        if action == "reopen" or back:
            self.on = None
            live.closed(self.now)

    def open(self):
        self.frames, self.zeros_s = 0, 0.0
        mute = self.wanted == "zeros" and self.other and self.live.elsewhere
        if self.wanted in {"sound", "zeros"} and not mute:
            self.on = "wanted"
            self.live.opened(self.now, wanted=True)
        elif self.live.either and self.other:
            self.on = "other"
            self.live.opened(self.now, wanted=False)
        else:
            self.live.failed(self.now)


def ends_well(world):
    """Healthy where the wanted device sounds, else on the other one, else failed and said so."""
    if world.wanted == "sound":
        return world.live.stage == "healthy"
    if world.on == "other":
        return world.live.stage == "failed_over"
    if world.wanted == "zeros":
        return (world.live.stage, world.live.cause) == ("failed", "muted or denied")
    return world.live.stage == ("failed_over" if world.other else "failed")


@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize("pair", list(itertools.combinations(EVENTS, 2)))
def test_every_eight_ticks_of_two_events_end_healthy_or_honestly_failed(pair, other):
    for sequence in itertools.product(pair, repeat=8):  # 256
        world = World(other=other)
        for event in sequence:
            world.happens(event)
            world.run(1.0)
        world.end()
        assert ends_well(world), (sequence, world.live.stage, world.live.cause)


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0.25, 120.0)), max_size=12))
def test_any_events_at_any_distance_end_healthy_or_honestly_failed(happenings):
    for other in (False, True):
        world = World(other=other)
        for event, seconds in happenings:
            world.happens(event)
            world.run(seconds)
        world.end()
        assert ends_well(world)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["opened", "other", "failed", "look", "closed", "waited"]),
            st.floats(0.0, 100.0),
            st.integers(0, 20_000),
            st.floats(0.0, 10.0),
            st.integers(0, 20),
            st.booleans(),
            st.floats(0.0, 10.0),
        ),
        max_size=60,
    )
)
def test_it_takes_whatever_comes(told):
    live, now, frames, lost = Liveness(0.0), 0.0, 0, 0
    for what, after_s, more, zeros_s, losses, active, slept_s in told:
        now += after_s
        match what:
            case "opened" | "other":
                live.opened(now, wanted=what == "opened")
                frames = lost = 0
            case "look":
                frames, lost = frames + more, lost + losses
                action = live.look(now, Sight(frames, RATE, zeros_s, lost, active), slept_s)
                assert action in {"listen", "reopen", "seek"}
                assert (live.cause == "") == live.listening
            case "failed":
                live.failed(now)
                assert live.stage in {"recovering", "failed"}
            case "closed":
                live.closed(now)
            case _:
                live.waited(now, slept_s)
        assert 0.0 <= live.wait_s(now) <= SETTINGS.longest_wait_s


def settled(**changes):
    world = World(**changes)
    world.run(20.0)
    assert world.live.stage == "healthy"
    return world


def test_a_stall_is_noticed_within_a_second():
    world = settled()
    world.wanted = "stalls"
    stalled_s = world.now
    while world.live.stage == "healthy":
        world.run(LOOK_S)
    assert world.now - stalled_s <= 1.0 + LOOK_S  # the look's own step included
    assert world.live.stalls == 1


def test_zeros_are_noticed_within_three_seconds_and_the_stream_is_opened_ever_more_rarely():
    world = settled()
    world.wanted = "zeros"
    world.run(3.0)
    assert (world.live.stage, world.live.cause) == ("alarmed", "muted or denied")
    world.attempts.clear()
    world.run(3_600.0)
    gaps = [b - a for a, b in itertools.pairwise(world.attempts)]
    assert gaps[0] >= SETTINGS.first_reopen_s
    assert gaps == sorted(gaps)
    assert SETTINGS.longest_reopen_s <= gaps[-1] <= SETTINGS.longest_reopen_s + 1
    world.wanted = "sound"
    world.run(1.0)
    assert world.live.stage == "healthy", "the stream that is open sounds again"


def test_a_failure_is_said_after_a_minute_and_not_before():
    world = settled()
    world.wanted = "gone"
    world.run(55.0)
    assert world.live.stage == "recovering"
    world.run(10.0)
    assert world.live.stage == "failed"
    world.wanted = "sound"
    world.run(SETTINGS.longest_wait_s + 1)
    assert world.live.stage == "healthy"


def test_a_device_that_comes_and_goes_has_not_come_back():
    world = settled()
    for _ in range(40):
        world.wanted = "gone"
        world.run(9.0)
        world.wanted = "sound"
        world.run(1.5)
    world.wanted = "gone"
    world.run(1.0)
    assert world.live.stage == "failed"


def test_another_device_stands_in_and_the_wanted_one_is_taken_back():
    world = settled(other=True)
    world.wanted = "gone"
    gone_s = world.now
    while world.live.stage != "failed_over":
        world.run(LOOK_S)
        assert world.now - gone_s < 15.0
    assert world.live.listening
    world.run(600.0)
    assert world.live.stage == "failed_over"
    heard_s = world.heard_s
    world.run(100.0)
    assert world.heard_s == heard_s + 100.0, "seeking the wanted one takes nothing from the other"
    world.wanted = "sound"
    world.run(SETTINGS.longest_reopen_s + 1)
    assert world.live.stage == "healthy"


def test_a_wanted_device_that_comes_back_mute_takes_nothing_from_the_other():
    world = settled(other=True)
    world.wanted = "gone"
    world.run(60.0)
    world.wanted = "zeros"
    heard_s = world.heard_s
    world.run(600.0)
    world.slept_s = 3_600.0
    world.run(10.0)
    assert world.live.stage == "failed_over"
    assert world.heard_s >= heard_s + 600.0
    world.wanted = "sound"
    world.run(SETTINGS.longest_reopen_s + 1)
    assert world.live.stage == "healthy"


def test_a_stand_in_that_is_mute_as_well_is_worth_no_more_than_the_wanted_one():
    live = Liveness(0.0)
    live.opened(0.0, wanted=False)
    assert live.elsewhere
    live.look(LOOK_S, Sight(4_000, RATE, SETTINGS.zeros_s))
    assert not live.elsewhere
    live.look(2 * LOOK_S, Sight(8_000, RATE, 0.0))
    assert live.elsewhere
    live.opened(1.0, wanted=True)
    assert not live.elsewhere


def test_the_loss_of_the_stand_in_is_made_up_for_at_once():
    world = settled(other=True)
    world.wanted = "gone"
    world.run(60.0)
    world.on = None
    world.live.look(world.now, Sight(world.frames, RATE, 0.0, active=False))
    world.live.closed(world.now)
    world.run(1.0)
    assert world.live.stage == "failed_over"


def test_sleep_builds_the_stream_anew_at_once():
    world = settled()
    world.slept_s = 3_600.0
    world.run(2 * LOOK_S)
    assert world.live.stage == "healthy"
    assert world.live.slept == 1
    assert len(world.attempts) == 2


def test_waking_up_ends_a_long_wait():
    world = settled()
    world.wanted = "gone"
    world.run(120.0)
    world.wanted = "sound"
    world.live.waited(world.now, slept_s=3_600.0)
    world.run(LOOK_S)
    assert world.live.stage == "healthy"


def looks(live, *, rate=RATE, seconds, lost_a_look=0):
    frames = lost = 0
    live.opened(0.0, wanted=True)
    for number in range(1, int(seconds / LOOK_S)):
        frames += int(rate * LOOK_S)
        lost += lost_a_look
        yield live.look(number * LOOK_S, Sight(frames, RATE, 0.0, lost))


@pytest.mark.parametrize("rate", [14_700, 17_415])
def test_a_clock_that_drifts_is_alarmed_and_opened_anew(rate):
    live = Liveness(0.0)
    actions = list(looks(live, rate=rate, seconds=40))
    assert "reopen" in actions
    assert (live.stage, live.cause) == ("alarmed", "drift")
    assert live.rate == pytest.approx(rate, rel=1e-3)


def test_a_clock_of_an_ordinary_device_does_not_drift():
    live = Liveness(0.0)
    assert set(looks(live, rate=int(RATE * 1.002), seconds=120)) == {"listen"}
    assert live.stage == "healthy"


def test_gaps_are_alarmed_while_they_come():
    live = Liveness(0.0)
    assert set(looks(live, seconds=20, lost_a_look=1)) == {"listen"}
    assert (live.stage, live.cause) == ("alarmed", "gaps")
    frames = 0
    for number in range(200):
        frames += 4_000
        live.look(20.0 + number * LOOK_S, Sight(frames, RATE, 0.0, 79))
    assert live.stage == "healthy"
