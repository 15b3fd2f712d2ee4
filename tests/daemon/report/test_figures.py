import re
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.schema import Thresholds
from daemon.report.charts import heat, lines, stacked_bars
from daemon.report.figures import GAP_S, figures
from daemon.report.page import page
from daemon.store.lives import Life
from daemon.store.minute import Minute

NOON = datetime(2026, 3, 10, 12).astimezone().timestamp()


def minute(start, **changes):
    fields = {
        "hops_heard": 6_000,
        "hops_open": 600,
        "level_mean_db": -50.0,
        "level_max_db": -20.0,
        "distress_max": 0.4,
        "infant_max": 0.1,
        "sounds": {},
        "emotions": {"fearful": 0.5},
    }
    return Minute(int(start), **(fields | changes))


def life(raised, level="warning", said=None, why="A scream."):
    return Life("a", "scream", level, 0.8, raised, raised + 9, "mic", why, said, None, ())


def test_hours_gaps_and_answers_are_counted():
    minutes = [minute(NOON + 60 * n) for n in range(30)]
    minutes += [minute(NOON + 7_200 + 60 * n, distress_max=0.9) for n in range(30)]
    lives = [
        life(NOON),
        life(NOON + 7_300, "critical", "ack"),
        life(NOON + 7_400, said="false_alarm"),
    ]
    found = figures(lives, minutes, NOON - 3_600, NOON + 9_000)
    assert found.heard_s == 3_600
    assert [(gap.start, gap.end) for gap in found.gaps] == [(NOON + 1_800, NOON + 7_200)]
    assert (found.said("ack"), found.said("false_alarm"), found.said(None)) == (1, 1, 1)
    (day,) = found.days
    assert day.alerts == {"warning": 2, "critical": 1}
    assert day.distress == {12: 0.4, 14: 0.9}
    assert abs(day.emotions["fearful"] - 0.5) < 1e-9
    assert sum(found.by_hour.values()) == 3


def test_listening_that_has_stopped_is_a_gap_up_to_now():
    found = figures([], [minute(NOON)], NOON, NOON + 7_200)
    assert [(gap.start, gap.end) for gap in found.gaps] == [(NOON + 60, NOON + 7_200)]
    assert figures([], [minute(NOON)], NOON, NOON + 60 + GAP_S - 1).gaps == ()


def test_nothing_is_a_sentence():
    text = page(figures([], [], NOON, NOON + 3_600), Thresholds())
    assert "Nothing is kept of this time" in text
    assert "<svg" not in text


def test_the_page_loads_and_runs_nothing():
    found = figures([life(NOON, why="<script>alert(1)</script>")], [minute(NOON)], NOON, NOON + 120)
    text = page(found, Thresholds())
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "default-src 'none'" in text
    assert "src=" not in text.replace("default-src", "").replace("style-src", "")
    assert text.count("<svg") == text.count("</svg>") >= 5


@pytest.mark.parametrize(
    ("most", "marks"), [(1, "0 1 2"), (3, "0 2 4"), (5, "0 5 10"), (30, "0 20 40")]
)
def test_what_is_counted_is_marked_in_whole_numbers(most, marks):
    picture = stacked_bars(["Monday"], {"alerts": [most]})
    assert re.findall(r'class="end"[^>]*>([^<]*)<', picture) == marks.split()


@given(st.lists(st.floats(0.0, 1e6), max_size=50))
def test_no_figure_breaks_a_picture(values):
    labels = [str(n) for n in range(len(values))]
    for picture in (
        stacked_bars(labels, {"a": values, "b": values}),
        lines(labels, {"a": [value if value < 0.5e6 else None for value in values]}),
        heat(labels, ["x", "y"], {(n, 0): value for n, value in enumerate(values)}),
    ):
        assert "nan" not in picture
        assert "inf" not in picture


def test_years_are_drawn_in_days_that_fit():
    first = time.time() - 3 * 365 * 86_400
    found = figures([life(first), life(first + 1_000 * 86_400)], [], first, time.time())
    assert len(found.days) <= 1_100
