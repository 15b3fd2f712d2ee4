"""Small pictures as SVG, for a page that loads nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH = 920
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 10, 24
_MOST_LABELS = 12


def stacked_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    top: float | None = None,
    height: int = 200,
) -> str:
    """Bars, one a label; each series has a class of its name and a value for each label."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    top = _round_up(max(totals, default=0.0)) if top is None else top
    plot = _Plot(height, top)
    step = plot.width / max(1, len(labels))
    parts = [plot.axis()]
    for index, label in enumerate(labels):
        base = 0.0
        for name, values in series.items():
            value = values[index]
            if value <= 0:
                continue
            y, y_base = plot.y(base + value), plot.y(base)
            parts.append(
                f'<rect class="{escape(name)}" x="{_LEFT + index * step + step * 0.1:.1f}"'
                f' y="{y:.1f}" width="{step * 0.8:.1f}" height="{y_base - y:.1f}">'
                f"<title>{escape(label)}: {value:g} {escape(name)}</title></rect>"
            )
            base += value
    parts += _labels(labels, step, height)
    return _svg(parts, height)


def heat(
    rows: Sequence[str], columns: Sequence[str], values: Mapping[tuple[int, int], float]
) -> str:
    """A map of ``rows`` by ``columns``; a value is shown by how opaque its field is."""
    cell = 16
    height = _TOP + cell * max(1, len(rows)) + _BOTTOM
    left = 84
    step = (WIDTH - left - _RIGHT) / len(columns)
    top = max(values.values(), default=0.0)
    parts = []
    for row, label in enumerate(rows):
        y = _TOP + row * cell
        parts.append(f'<text class="end" x="{left - 6}" y="{y + 12}">{escape(label)}</text>')
        for column, name in enumerate(columns):
            value = values.get((row, column), 0.0)
            strength = 0.25 + 0.75 * value / top if value else 0.0
            shape = (
                f'x="{left + column * step + 1:.1f}" y="{y + 1}" width="{step - 2:.1f}"'
                f' height="{cell - 2}"'
            )
            parts.append(f'<rect class="empty" {shape}/>')
            if value:
                parts.append(
                    f'<rect class="hot" {shape} fill-opacity="{strength:.2f}">'
                    f"<title>{escape(label)} {escape(name)}: {value:g}</title></rect>"
                )
    every = max(1, len(columns) // _MOST_LABELS)
    for column in range(0, len(columns), every):
        x = left + (column + 0.5) * step
        name = escape(columns[column])
        parts.append(f'<text class="mid" x="{x:.1f}" y="{height - 8}">{name}</text>')
    return _svg(parts, height)


def lines(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    top: float = 1.0,
    height: int = 200,
    marks: Mapping[str, float] | None = None,
) -> str:
    """A line for each series, broken where a value is None, and dashed lines at ``marks``.

    There may be more values than labels: the labels are spread evenly.
    """
    plot = _Plot(height, top)
    step = plot.width / max(1, len(labels))
    parts = [plot.axis()]
    for name, level in (marks or {}).items():
        y = plot.y(level)
        parts.append(
            f'<line class="mark" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="end" x="{WIDTH - _RIGHT}" y="{y - 3:.1f}">{escape(name)}</text>'
        )
    for name, values in series.items():
        points: list[str] = []
        between = plot.width / max(1, len(values))
        for index, value in enumerate((*values, None)):
            if value is not None:
                points.append(f"{_LEFT + (index + 0.5) * between:.1f},{plot.y(value):.1f}")
                continue
            if len(points) == 1:
                left, _, up = points[0].partition(",")
                parts.append(f'<circle class="{escape(name)}" cx="{left}" cy="{up}" r="2"/>')
            elif points:
                parts.append(
                    f'<polyline class="{escape(name)}" points="{" ".join(points)}">'
                    f"<title>{escape(name)}</title></polyline>"
                )
            points = []
    parts += _labels(labels, step, height)
    return _svg(parts, height)


class _Plot:
    def __init__(self, height: int, top: float) -> None:
        self.width = WIDTH - _LEFT - _RIGHT
        self._height = height
        self._top = top or 1.0

    def y(self, value: float) -> float:
        inside = self._height - _TOP - _BOTTOM
        return _TOP + inside * (1.0 - min(value, self._top) / self._top)

    def axis(self) -> str:
        found = []
        for value in (0.0, self._top / 2, self._top):
            y = self.y(value)
            found.append(
                f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>'
            )
        return "".join(found)


def _labels(labels: Sequence[str], step: float, height: int) -> list[str]:
    every = max(1, -(-len(labels) // _MOST_LABELS))
    return [
        f'<text class="mid" x="{_LEFT + (index + 0.5) * step:.1f}" y="{height - 8}">'
        f"{escape(labels[index])}</text>"
        for index in range(0, len(labels), every)
    ]


def _round_up(value: float) -> float:
    """The next of 2, 4, 10, 20, 40, 100 and so on: half of it is a whole number, too."""
    unit = 1.0
    while value > 10.0 * unit:
        unit *= 10.0
    return next(factor * unit for factor in (2.0, 4.0, 10.0) if value <= factor * unit)


def _svg(parts: Sequence[str], height: int) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"{''.join(parts)}</svg>"
    )
