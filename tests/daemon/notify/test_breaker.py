from hypothesis import given
from hypothesis import strategies as st

from daemon.notify.breaker import FAILURES, FIRST_S, LONGEST_S, OPEN_S, Breaker


def test_waits_double_then_the_circuit_opens():
    breaker = Breaker(chance=lambda: 0.0)
    waits = [breaker.failed(0.0) for _ in range(FAILURES + 6)]
    assert waits[: FAILURES - 1] == [FIRST_S * 2**n for n in range(FAILURES - 1)]
    assert waits[FAILURES - 1 :] == [min(OPEN_S * 2**n, LONGEST_S) for n in range(7)]
    assert breaker.open
    breaker.succeeded()
    assert not breaker.open
    assert breaker.wait_s(0.0) == 0.0


def test_what_is_absent_opens_it_at_once_and_who_asks_for_time_gets_it():
    breaker = Breaker(chance=lambda: 0.0)
    breaker.failed(0.0, absent=True)
    assert breaker.open
    assert Breaker(chance=lambda: 0.0).failed(0.0, wait_s=77.0) == 77.0
    assert Breaker(chance=lambda: 0.0).failed(0.0, wait_s=1e9) == LONGEST_S


@given(st.integers(1, 5_000), st.floats(0.0, 1.0, exclude_max=True))
def test_no_wait_is_endless_and_jitter_only_lengthens(failures, chance):
    breaker = Breaker(chance=lambda: chance)
    for _ in range(failures):
        until = breaker.failed(100.0)
    assert FIRST_S <= until - 100.0 <= 1.5 * LONGEST_S
    assert breaker.wait_s(until) == 0.0
    assert breaker.wait_s(until - 1e-3) > 0.0
