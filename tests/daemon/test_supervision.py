import itertools

import pytest

from daemon import anew
from daemon.errors import PartDied
from daemon.supervision import FLOW_S, HANG_S, SOUGHT_S, Flow, Part, Supervision


class Thread:
    def __init__(self):
        self.living = True
        self.revived = 0

    def alive(self):
        return self.living

    def revive(self):
        self.revived += 1


def never_stuck():
    return 0.0


def test_what_the_daemon_cannot_do_without_is_named_when_it_dies():
    thread = Thread()
    supervision = Supervision((Part("Fusion", thread.alive),), never_stuck)
    supervision.look(0.0)
    thread.living = False
    with pytest.raises(PartDied, match="Fusion has died"):
        supervision.look(0.5)


def test_the_rest_is_revived_ever_more_rarely():
    thread = Thread()
    supervision = Supervision((Part("Notifier", thread.alive, thread.revive),), never_stuck)
    thread.living = False
    times = []
    for half_second in range(2_400):  # twenty minutes
        before = thread.revived
        supervision.look(half_second / 2)
        if thread.revived > before:
            times.append(half_second / 2)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert times[0] <= 2.0
    assert gaps == sorted(gaps)
    assert gaps[-1] > 200
    thread.living = True
    supervision.look(1_300.0)
    assert thread.revived == len(times)


@pytest.mark.parametrize(("restarts", "patience_s"), [(0, HANG_S), (1, 2 * HANG_S), (9, 300.0)])
def test_a_sound_library_that_hangs_is_given_more_time_after_each_start(restarts, patience_s):
    stuck = [0.0]
    supervision = Supervision((), lambda: stuck[0], restarts=restarts)
    stuck[0] = patience_s
    supervision.look(0.0)
    stuck[0] = patience_s + 1
    with pytest.raises(PartDied, match="sound library"):
        supervision.look(1.0)


def fed(flow, seconds, **state):
    """Of looks twice a second, at which times the watchdog is fed."""
    return [now / 2 for now in range(int(2 * seconds)) if flow.flows(now / 2, **state)]


def test_the_watchdog_is_fed_while_frames_flow_and_not_when_they_stop():
    flow = Flow(live=True)
    well = {"silent_s": 0.0, "sought": False, "decided": True}
    assert len(fed(flow, 10, **well)) == 20
    assert not flow.flows(10.0, silent_s=FLOW_S, sought=False, decided=True)
    assert not flow.flows(10.5, silent_s=0.0, sought=False, decided=False)


def test_a_lost_microphone_is_sought_for_a_quarter_of_an_hour():
    flow = Flow(live=True)
    times = fed(flow, 2 * SOUGHT_S, silent_s=1e9, sought=True, decided=True)
    assert times[-1] == SOUGHT_S - 0.5
    assert flow.flows(2 * SOUGHT_S, silent_s=0.0, sought=True, decided=True)
    assert flow.flows(3 * SOUGHT_S - 1, silent_s=9.0, sought=True, decided=True)


def test_what_is_played_may_pause():
    flow = Flow(live=False)
    assert len(fed(flow, 10, silent_s=1e9, sought=False, decided=True)) == 20


def test_a_service_manager_starts_the_daemon_itself(monkeypatch):
    monkeypatch.setattr(anew.os, "execv", lambda *_: pytest.fail("it was started"))
    monkeypatch.setenv("INVOCATION_ID", "0" * 32)
    anew.start_anew("Fusion has died.")


def test_it_is_not_started_anew_for_ever(monkeypatch):
    started = []
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    monkeypatch.delenv("XPC_SERVICE_NAME", raising=False)
    monkeypatch.setenv(anew.TIMES, "rubbish")
    monkeypatch.setattr(anew.os, "execv", lambda *words: started.append(words))
    for number in range(2 * anew.MOST):
        anew.start_anew("Fusion has died.")
        assert anew.restarts() == len(started) == min(number + 1, anew.MOST)
    much_later_s = 2 * anew.LATELY_S + float(anew.os.environ[anew.TIMES].split(",")[-1])
    assert anew.restarts(much_later_s) == 0
