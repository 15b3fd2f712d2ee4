"""A wake-up call: it comes once, to who has ordered it, and never to the next sleep."""

import threading

from daemon.audio.wake_up import NEVER, WakeUp


def test_who_ordered_it_is_woken() -> None:
    lock = threading.Lock()
    call = WakeUp(lock)
    with lock:
        call.order(7)
    assert (call.at, call.ordered) == (7, True)
    answers: list[bool] = []
    sleeper = threading.Thread(target=lambda: answers.append(call.sleep(30)))
    sleeper.start()
    with lock:
        call.give()
    sleeper.join()
    assert answers == [True]
    assert (call.at, call.ordered) == (NEVER, False)


def test_one_that_comes_before_the_sleep_is_not_missed() -> None:
    lock = threading.Lock()
    call = WakeUp(lock)
    with lock:
        call.order(0)
        call.give()
    assert call.sleep(30)


def test_without_an_order_nobody_is_woken_now_or_later() -> None:
    lock = threading.Lock()
    call = WakeUp(lock)
    with lock:
        call.give()
        call.order(1)
        call.cancel()
        call.give()
        call.order(1)
    assert not call.sleep(0)
    assert not call.ordered


def test_one_that_comes_between_the_time_out_and_the_lock_is_taken() -> None:
    lock = threading.Lock()
    call = WakeUp(lock)
    answers: list[bool] = []
    with lock:
        call.order(1)
        sleeper = threading.Thread(target=lambda: answers.append(call.sleep(0.01)))
        sleeper.start()
        sleeper.join(0.2)  # its time is out, and it waits for the lock
        call.give()
    sleeper.join()
    assert answers == [True]
    with lock:
        call.order(1)
    assert not call.sleep(0)  # nothing was left over
