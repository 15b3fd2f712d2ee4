"""Figures with their 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import chi2

Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, its 95 % interval, and how many it was counted over."""

    value: float
    low: float
    high: float
    count: float

    def stored(self) -> dict[str, float]:
        """Rounded for a report."""
        return {key: round(value, 4) for key, value in asdict(self).items()}


def wilson(hits: Sequence[bool]) -> Interval:
    """A share, with Wilson's score interval (1927)."""
    n = len(hits)
    if n == 0:
        return Interval(float("nan"), 0.0, 1.0, 0)
    p = sum(hits) / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half), n)


def poisson(events: int, hours: float) -> Interval:
    """Events an hour, with Byar's approximation of the exact Poisson interval."""
    low = events * (1 - 1 / (9 * events) - Z / (3 * np.sqrt(events))) ** 3 if events else 0.0
    more = events + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * np.sqrt(more))) ** 3
    return Interval(events / hours, float(low / hours), float(high / hours), hours)


def poisson_exact(events: int, hours: float) -> Interval:
    """Events an hour, with the exact Poisson interval (Garwood 1936)."""
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2
    return Interval(events / hours, float(low / hours), float(high / hours), hours)


def bootstrap_groups(
    guesses: Sequence[tuple[str, str, str]],
    figure: Callable[[Sequence[tuple[str, str]]], float],
    rounds: int = 1000,
    seed: int = 1,
) -> Interval:
    """``figure`` over (truth, guess), with a percentile interval over resampled groups.

    Args:
        guesses: (group, truth, guess).
        figure: what is estimated, of (truth, guess).
        rounds: how often the groups are drawn again.
        seed: of those draws.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, truth, guess in guesses:
        groups.setdefault(group, []).append((truth, guess))
    names = sorted(groups)
    rng = np.random.default_rng(seed)
    drawn = [
        figure([pair for i in rng.integers(0, len(names), len(names)) for pair in groups[names[i]]])
        for _ in range(rounds)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    everything = [pair for name in names for pair in groups[name]]
    return Interval(figure(everything), float(low), float(high), len(guesses))
