from daemon.serve.refusals import MOST_LINES, QUIET_S, Refusals


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


def test_the_text_that_a_client_chose_makes_no_line(caplog):
    refusals = Refusals(Clock())
    for attempt in range(1_000):
        refusals.say("192.0.2.1", f"malformed message: {attempt}", "closed (4400)")
    refusals.say("192.0.2.1", "wrong token", "closed (4401)")
    assert caplog.messages == [
        "Refused 192.0.2.1: malformed message: 0; closed (4400)",
        "Refused 192.0.2.1: wrong token; closed (4401)",
    ]


def test_many_peers_make_few_lines(caplog):
    clock = Clock()
    refusals = Refusals(clock)
    for peer in range(1_000):
        refusals.say(f"2001:db8::{peer:x}", "wrong token", "closed (4401)")
    assert len(caplog.messages) == MOST_LINES
    clock.now += QUIET_S
    refusals.say("192.0.2.1", "wrong token", "closed (4401)")
    assert caplog.messages[MOST_LINES:] == [
        f"… and {1_000 - MOST_LINES} more refusals; /metrics counts all by kind",
        "Refused 192.0.2.1: wrong token; closed (4401)",
    ]


def test_the_next_minute_says_it_again(caplog):
    clock = Clock()
    refusals = Refusals(clock)
    for _ in range(3):
        refusals.say("192.0.2.1", "wrong token", "closed (4401)")
        clock.now += QUIET_S
    assert caplog.messages == ["Refused 192.0.2.1: wrong token; closed (4401)"] * 3


def test_what_was_left_out_is_told_once(caplog):
    refusals = Refusals(Clock())
    for _ in range(3):
        refusals.say("192.0.2.1", "wrong token", "closed (4401)")
    refusals.tell_rest()
    refusals.tell_rest()
    assert caplog.messages[1:] == ["… and 2 more refusals; /metrics counts all by kind"]
