"""The report as one page of HTML that loads nothing and runs nothing."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path

from daemon.config.schema import Thresholds
from daemon.report.charts import heat, lines, stacked_bars
from daemon.report.figures import Figures
from daemon.store.lives import Life
from daemon.wire.base import LEVELS, Emotion

EMOTIONS: tuple[Emotion, ...] = (
    "angry",
    "fearful",
    "sad",
    "disgust",
    "surprised",
    "happy",
    "calm",
    "neutral",
)
MOST_ALERTS = 500
MOST_GAPS = 20
HOUR_S = 3_600.0
_SAID = {"ack": "acknowledged", "false_alarm": "false alarm", None: ""}


def page(found: Figures, threshold: Thresholds) -> str:
    """The whole page.

    Args:
        found: what happened.
        threshold: where the levels begin, drawn into the picture of distress.
    """
    title = f"distressd: {_day(found.since)} to {_day(found.until)}"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_style()}</style></head><body>"
        f"{''.join(_body(found, threshold))}</body></html>\n"
    )


def _body(found: Figures, threshold: Thresholds) -> Iterator[str]:
    yield "<h1>What distressd heard</h1>"
    yield f'<p class="span">{_time(found.since)} to {_time(found.until)}, local time.</p>'
    if not found.days:
        yield '<p class="none">Nothing is kept of this time: nobody listened, or it is forgotten.'
        yield "</p>"
        return
    yield _tiles(found)
    days = [f"{day.date.day}.{day.date.month}." for day in found.days]
    yield "<h2>Alerts by day</h2>"
    counts: dict[str, list[float]] = {
        level: [float(day.alerts.get(level, 0)) for day in found.days] for level in reversed(LEVELS)
    }
    yield f"<figure>{stacked_bars(days, counts)}{_key(LEVELS)}</figure>"
    yield "<h2>Alerts by day and hour</h2>"
    row = {day.date: index for index, day in enumerate(found.days)}
    hours = [f"{hour}h" for hour in range(24)]
    cells = {
        (row[date], hour): float(count)
        for (date, hour), count in found.by_hour.items()
        if date in row
    }
    yield f"<figure>{heat([day.date.isoformat() for day in found.days], hours, cells)}</figure>"
    yield "<h2>Distress</h2>"
    by_hour = [day.distress.get(hour) for day in found.days for hour in range(24)]
    marks: dict[str, float] = {level: threshold.of(level) for level in LEVELS}
    yield f"<figure>{lines(days, {'distress': by_hour}, marks=marks)}"
    yield "<figcaption>The highest probability by sound alone in each hour; dashed: where the"
    yield " levels begin for the fused score.</figcaption></figure>"
    yield "<h2>Emotions</h2>"
    shares: dict[str, list[float | None]] = {
        name: [day.emotions.get(name) for day in found.days] for name in EMOTIONS
    }
    most = max((share for day in found.days for share in day.emotions.values()), default=0.0)
    top = next(each for each in (0.25, 0.5, 1.0) if most <= each or each == 1.0)
    yield f"<figure>{lines(days, shares, top=top)}{_line_key()}"
    yield "<figcaption>Mean of each day over everything that was loud enough to be heard."
    yield "</figcaption></figure><h2>Listening</h2>"
    heard = {"heard": [round(day.heard_s / HOUR_S, 2) for day in found.days]}
    yield f"<figure>{stacked_bars(days, heard, top=24.0, height=140)}"
    yield "<figcaption>Hours listened on each day.</figcaption></figure>"
    yield _gaps(found)
    yield _alerts(found.lives)


def _tiles(found: Figures) -> str:
    figures = {
        "alerts": len(found.lives),
        "critical": found.level("critical"),
        "acknowledged": found.said("ack"),
        "false alarms": found.said("false_alarm"),
        "unanswered": found.said(None),
        "hours listened": f"{found.heard_s / HOUR_S:.1f}",
        "gaps": len(found.gaps),
    }
    items = "".join(f"<li><b>{value}</b>{name}</li>" for name, value in figures.items())
    return f'<ul class="tiles">{items}</ul>'


def _gaps(found: Figures) -> str:
    if not found.gaps:
        return '<p class="none">No gap of three minutes or more.</p>'
    rows = "".join(
        f'<tr><td class="number">{_time(gap.start)}</td><td class="number">{_time(gap.end)}</td>'
        f'<td class="number">{_length(gap.end - gap.start)}</td></tr>'
        for gap in found.gaps[:MOST_GAPS]
    )
    more = len(found.gaps) - MOST_GAPS
    rest = f'<p class="none">And {more} shorter ones.</p>' if more > 0 else ""
    return (
        "<h2>Gaps in listening</h2><table><tr><th>from</th><th>to</th><th>length</th></tr>"
        f"{rows}</table>{rest}"
    )


def _alerts(lives: tuple[Life, ...]) -> str:
    if not lives:
        return '<h2>Alerts</h2><p class="none">None.</p>'
    rows = "".join(
        f'<tr><td class="number">{_time(life.raised)}</td><td>{life.level}</td>'
        f"<td>{life.kind.replace('_', ' ')}</td>"
        f'<td class="number">{life.score:.2f}</td><td>{escape(life.why)}</td>'
        f"<td>{_SAID.get(life.said, '')}</td></tr>"
        for life in reversed(lives[-MOST_ALERTS:])
    )
    more = len(lives) - MOST_ALERTS
    rest = f'<p class="none">And {more} earlier ones.</p>' if more > 0 else ""
    head = "".join(
        f"<th>{name}</th>" for name in ("raised", "level", "kind", "score", "why", "answer")
    )
    return f"<h2>Alerts</h2><table><tr>{head}</tr>{rows}</table>{rest}"


def _key(names: tuple[str, ...]) -> str:
    items = "".join(f'<li><i class="{name}"></i>{name}</li>' for name in names)
    return f'<ul class="key">{items}</ul>'


def _line_key() -> str:
    items = "".join(
        f'<li><svg viewBox="0 0 14 6"><polyline class="{name}" points="0,3 14,3"/></svg>{name}</li>'
        for name in EMOTIONS
    )
    return f'<ul class="key">{items}</ul>'


def _style() -> str:
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def _time(wall: float) -> str:
    return datetime.fromtimestamp(wall).astimezone().strftime("%Y-%m-%d %H:%M")


def _day(wall: float) -> str:
    return datetime.fromtimestamp(wall).astimezone().strftime("%Y-%m-%d")


def _length(seconds: float) -> str:
    hours, rest = divmod(int(seconds) // 60, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"
