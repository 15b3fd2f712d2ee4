"""How the live view moves: by the clock, evenly, and as often as that costs little."""

import time

import pytest

# Every drawing of the plot: when, and by how many pixels it moved. What is newest comes
# last, from the beginning of a strip that is written round and round.
WATCH = """
window.moves = [];
window.heard = 0;
window.toll = 0;
let spent = 0;
let newest = 0;
const clock = performance.now.bind(performance);
performance.now = () => clock() + spent;
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...where) {
  const [strip, x, , width] = where;
  if (x === 0) {
    spent += window.toll;
    window.moves.push([performance.now(), (width - newest + strip.width) % strip.width]);
    newest = width;
  }
  return draw.apply(this, where);
};
const parse = JSON.parse;
JSON.parse = (text) => {
  const told = parse(text);
  if (told.type === "telemetry_batch") queueMicrotask(() => (window.heard += 1));
  return told;
};
"""
PLAYED = """
({batch, late, slots}) => import("/dashboard/pace.js").then(({ Pace }) => {
  const pace = new Pace(batch);
  const shown = [];
  let now = 0, count = 0, next = 0;
  for (const gap of late) {
    next += 50 * batch + gap;
    while (now < next) {
      const wait = pace.wait(now, count);
      if (wait === null || now + wait >= next) break;
      now += wait;
      pace.go(now, count, slots);
      shown.push([now, pace.shown]);
    }
    now = next;
    count += batch;
  }
  return { shown, count };
})
"""
RATED = """
took => import("/dashboard/rate.js").then(({ Rate }) => {
  const rate = new Rate();
  let now = 0;
  return took.map((one) => {
    for (let drawing = 0; drawing < 16; drawing += 1) rate.drawn(one, (now += 50));
    return rate.aSecond;
  });
})
"""


def test_what_comes_several_at_once_is_shown_one_by_one_by_the_clock(page):
    told = page.evaluate(PLAYED, {"batch": 5, "late": [0.0] * 40, "slots": 1})
    steps = [
        (then - now, more - shown)
        for (now, shown), (then, more) in zip(told["shown"], told["shown"][1:], strict=False)
    ]
    assert len(steps) > 180
    assert set(steps) == {(50.0, 1)}
    assert told["count"] - told["shown"][-1][1] <= 7, "no more than a moment behind"


def test_messages_that_come_unevenly_move_nothing_unevenly(page):
    late = [0.0, 60.0, -50.0, 30.0, -40.0, 0.0, 80.0, -80.0] * 10
    told = page.evaluate(PLAYED, {"batch": 5, "late": late, "slots": 1})
    assert {
        then[0] - now[0] for now, then in zip(told["shown"], told["shown"][1:], strict=False)
    } == {50.0}


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_after_a_stall_it_catches_up_and_never_goes_back(page, slots):
    late = [0.0] * 8 + [1_500.0] + [-187.5] * 8 + [0.0] * 40
    told = page.evaluate(PLAYED, {"batch": 5, "late": late, "slots": slots})
    shown = [one[1] for one in told["shown"]]
    assert shown == sorted(shown)
    assert told["count"] - shown[-1] <= 10 + slots + 5
    assert shown[-1] <= told["count"]


def test_it_is_drawn_as_often_as_that_costs_little(page):
    assert page.evaluate(RATED, [0.7]) == [20]
    assert page.evaluate(RATED, [0.8]) == [10]
    assert page.evaluate(RATED, [3.9]) == [10]
    assert page.evaluate(RATED, [4.1]) == [4]
    assert page.evaluate(RATED, [5.0]) == [4]
    # Where it has cost too much, more is tried again a minute later: 16 drawings are 0.8 s here.
    rates = page.evaluate(RATED, [0.2, 5.0] + [0.2] * 100)
    assert rates[:2] == [20, 4]
    assert rates[2:70] == [4] * 68
    assert rates[-1] == 20


def play(daemon, page, listener, sample, messages):
    """Have the page hear these messages, a quarter of a second each, and say how it moved."""
    before = page.evaluate("window.moves.length")
    for number in messages:
        for one in range(5):
            daemon.server.publish_telemetry(sample(0.05 * (5 * number + one), score=0.5))
            listener.recv()  # else the next would take its place
        page.wait_for_function("count => window.heard === count", arg=number + 1)
        page.clock.run_for(250)
    return page.evaluate("window.moves")[before:]


@pytest.fixture
def played(daemon, tab):
    """Opens the dashboard where each drawing takes so long, and plays to it by its own clock."""

    def played_(toll):
        page = tab()
        page.clock.install()
        page.add_init_script(WATCH)
        page.goto(daemon.sign_in())
        page.wait_for_selector('body[data-link="live"]')
        page.evaluate("toll => { window.toll = toll; }", toll)
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
        listener, _ = daemon.subscribe("/v1/telemetry")
        subscribers = ("distressd_subscribers", {"path": "/v1/telemetry"})
        deadline = time.monotonic() + 60
        while daemon.metrics.registry.get_sample_value(*subscribers) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return page, listener

    return played_


def test_the_page_moves_twenty_times_a_second_where_that_costs_little(daemon, played, sample):
    page, listener = played(0.0)
    play(daemon, page, listener, sample, range(40))
    assert page.get_attribute("#live", "data-drawings") == "20"
    moves = play(daemon, page, listener, sample, range(40, 48))
    assert len(moves) == 40
    assert {move[1] for move in moves} == {1}


def test_it_moves_more_rarely_where_each_drawing_takes_long(daemon, played, sample):
    page, listener = played(5.0)
    play(daemon, page, listener, sample, range(40))
    assert page.get_attribute("#live", "data-drawings") == "4"
    assert {move[1] for move in play(daemon, page, listener, sample, range(40, 48))} == {5}
