"""Pictures as inline SVG; each takes plain numbers."""

import io
import itertools
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.stats import norm
from sklearn.metrics import roc_curve

from models.evaluation.measures import Reliability

INK, MUTED, GRID = "#1d2733", "#6b7785", "#dfe4ea"
COLOURS: Final = ("#1f6f8b", "#c8553d", "#588157", "#8e5a9b", "#c9a227", "#3d5a80", "#7f7f7f")
GOOD, BAD = COLOURS[0], COLOURS[1]
SMALL: Final = (4.2, 3.7)  # inches
WIDE: Final = (8.6, 3.7)
_DET_PERCENT: Final = (1, 2, 5, 10, 20, 40, 60, 80)
_STYLE: Final[Any] = {  # matplotlib types its keys as literals
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "distressd",  # the same figures give the same file
}


def _figure(size: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Figure) -> str:
    """The figure's ``<svg>`` element, with ids of its own among others on the page."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    mark = f"p{zlib.crc32(svg.encode()):08x}"
    svg = re.sub(r'\bid="', f'id="{mark}-', svg)
    svg = re.sub(r'(xlink:href="|url\()#', rf"\1#{mark}-", svg)
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', 'role="img"', svg, count=1)


def roc(curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> str:
    """Detection against false alarms; each curve of (truth, score)."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(SMALL)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
        for (name, (truth, score)), colour in zip(curves.items(), _colours(), strict=False):
            false, true, _ = roc_curve(np.asarray(truth, bool), np.asarray(score, float))
            axes.plot(false, true, label=name, color=colour, linewidth=1.5)
        axes.set(xlabel="false positives", ylabel="true positives", xlim=(0, 1), ylim=(0, 1.01))
        axes.legend(loc="lower right")
        return _svg(figure)


def det(curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> str:
    """Misses against false alarms on normal-deviate axes; each curve of (truth, score)."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(SMALL)
        for (name, (truth, score)), colour in zip(curves.items(), _colours(), strict=False):
            false, true, _ = roc_curve(np.asarray(truth, bool), np.asarray(score, float))
            inside = (false > 0) & (false < 1) & (true > 0) & (true < 1)
            axes.plot(
                norm.ppf(false[inside]), norm.ppf(1 - true[inside]),
                label=name, color=colour, linewidth=1.5,
            )  # fmt: skip
        places = norm.ppf(np.array(_DET_PERCENT) / 100)
        labels = [f"{p}" for p in _DET_PERCENT]
        axes.set_xticks(places, labels)
        axes.set_yticks(places, labels)
        limits = (float(norm.ppf(0.006)), float(norm.ppf(0.9)))
        axes.set(xlabel="false positives, %", ylabel="misses, %", xlim=limits, ylim=limits)
        axes.legend(loc="lower left")
        return _svg(figure)


def calibration(found: Reliability) -> str:
    """How often what has a score is true, bin by bin; how many have it, below."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=SMALL, layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        above.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
        above.vlines(found.confidence, found.confidence, found.frequency, color=BAD, linewidth=3,
                     alpha=0.35)  # fmt: skip
        above.plot(found.confidence, found.frequency, "o-", color=GOOD, markersize=4.5)
        above.set(ylabel="share that is distress", xlim=(0, 1), ylim=(0, 1.02))
        above.set_title(f"ECE {found.ece:.3f} · MCE {found.mce:.3f} · Brier {found.brier:.3f}",
                        fontsize=9, loc="left")  # fmt: skip
        below.bar(found.confidence, found.count, width=0.045, color=GOOD)
        below.set(xlabel="score", ylabel="clips")
        return _svg(figure)


def confusion(counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str]) -> str:
    """Shares of each true class, with counts."""
    table = np.asarray(counts, float)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    with mpl.rc_context(_STYLE | {"axes.grid": False}):
        figure, axes = _figure((6.4, 4.6))
        shade = mpl.colors.LinearSegmentedColormap.from_list("shade", ["#ffffff", GOOD])
        axes.imshow(share, cmap=shade, vmin=0, vmax=1, aspect="auto")
        for (i, j), value in np.ndenumerate(share):
            if table[i, j]:
                axes.text(j, i, f"{table[i, j]:.0f}", ha="center", va="center",
                          color="white" if value > 0.55 else INK, fontsize=9)  # noqa: PLR2004  # fmt: skip
        axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right")
        axes.set_yticks(range(len(rows)), rows)
        axes.set(xlabel="heard as", ylabel="acted")
        axes.tick_params(length=0)
        return _svg(figure)


def scores(groups: Mapping[str, Sequence[float]], threshold: float) -> str:
    """The distribution of scores of each group, and the threshold."""
    edges = np.linspace(0, 1, 41)
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(WIDE)
        for (name, values), colour in zip(groups.items(), _colours(), strict=False):
            share = np.histogram(values, edges)[0] / max(1, len(values))
            axes.stairs(share, edges, label=f"{name} ({len(values)})", color=colour, fill=True,
                        alpha=0.25)  # fmt: skip
            axes.stairs(share, edges, color=colour, linewidth=1.2)
        axes.axvline(threshold, color=INK, linewidth=1, linestyle="--")
        axes.text(threshold, axes.get_ylim()[1], " warning", va="top", fontsize=8.5)
        axes.set(xlabel="score", ylabel="share of clips", xlim=(0, 1))
        axes.legend(loc="upper center")
        return _svg(figure)


def recall_by_snr(
    lines: Mapping[str, Mapping[str, float | None]],
    interval: Mapping[str, Sequence[float] | None] | None = None,
) -> str:
    """Share of events found at each level over the background; the first line with its interval."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(SMALL)
        for number, (name, line) in enumerate(lines.items()):
            known = [(int(snr), value) for snr, value in line.items() if value is not None]
            x, y = [snr for snr, _ in known], [value for _, value in known]
            colour = COLOURS[number % len(COLOURS)]
            main = number == 0
            axes.plot(x, y, "o-", color=colour, linewidth=2 if main else 1.1, label=name,
                      markersize=5 if main else 3.5)  # fmt: skip
            if main and interval:
                held = [(int(s), v) for s, v in interval.items() if v is not None]
                axes.vlines([s for s, _ in held], [v[0] for _, v in held], [v[1] for _, v in held],
                            color=colour, linewidth=1.2)  # fmt: skip
        axes.set(xlabel="event over background, dB", ylabel="events found", ylim=(-0.02, 1.02))
        axes.set_xticks([0, 5, 10, 20])
        axes.legend(loc="upper left")
        return _svg(figure)


def operating_curve(points: Sequence[Sequence[float]], here: tuple[float, float | None]) -> str:
    """Events found against false alarms an hour, by threshold; ``here`` is as shipped."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(SMALL)
        rate = np.maximum([p[1] for p in points], 0.05)
        recall = [p[2] for p in points]
        axes.plot(rate, recall, "o-", color=GOOD, markersize=3.5, linewidth=1.3)
        for point in points[:: max(1, len(points) // 6)]:
            axes.annotate(f"{point[0]:.2f}", (max(point[1], 0.05), point[2]), fontsize=7.5,
                          color=MUTED, xytext=(4, -9), textcoords="offset points")  # fmt: skip
        if here[1] is not None:
            axes.plot(
                [max(here[0], 0.05)], [here[1]], "D", color=BAD, markersize=7, label="shipped"
            )
            axes.legend(loc="upper left")
        axes.axvline(0.5, color=INK, linewidth=0.8, linestyle="--")
        axes.set_xscale("log")
        axes.set(xlabel="false alarms an hour", ylabel="events found, all levels",
                 ylim=(-0.02, 1.02))  # fmt: skip
        return _svg(figure)


def bars(values: Mapping[str, float], unit: str) -> str:
    """One bar a name, the largest first."""
    names = sorted(values, key=lambda name: values[name])
    with mpl.rc_context(_STYLE):
        figure, axes = _figure((SMALL[0], max(1.6, 0.34 * len(names) + 0.8)))
        axes.barh(names, [values[name] for name in names], color=GOOD, height=0.62)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(unit)
        return _svg(figure)


def learned(
    unit: str,
    losses: Mapping[str, Sequence[tuple[float, float]]],
    shares: Mapping[str, Sequence[tuple[float, float]]],
) -> str:
    """Losses, and shares that are right, by epoch or step; one beside the other."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=WIDE, layout="constrained")
        sides = figure.subplots(1, 2)
        for axes, lines, label in zip(sides, (losses, shares), ("loss", "right"), strict=True):
            for (name, line), colour in zip(lines.items(), _colours(), strict=False):
                axes.plot([x for x, _ in line], [y for _, y in line], "o-", color=colour,
                          linewidth=1.5, markersize=3, label=name)  # fmt: skip
            axes.set(xlabel=unit, ylabel=label)
            if lines:
                axes.legend(loc="best")
        sides[1].set(ylim=(0, 1.01))
        return _svg(figure)


def _colours() -> Iterator[str]:
    return itertools.cycle(COLOURS)
