"""How a distribution of times is reported."""

from collections.abc import Sequence

import numpy as np


def interval_of_p99(values: Sequence[float]) -> tuple[float, float]:
    """Between which two of ``values`` the true 99th percentile lies, in 95 of 100 cases.

    Of few values the upper end is their highest, and may be too low.
    """
    ordered, count = np.sort(values), len(values)
    # How many lie above the 99th percentile is binomial; about normal, from some hundreds on.
    middle, spread = 0.99 * count, 1.96 * (0.99 * 0.01 * count) ** 0.5
    low = max(0, int(np.floor(middle - spread)) - 1)
    high = min(count - 1, int(np.ceil(middle + spread)))
    return float(ordered[low]), float(ordered[high])


def percentiles(
    values: Sequence[float], *, tail: int = 99, maximum: bool = False
) -> dict[str, float]:
    """``p50`` and ``p99``, or another of the ``tail`` (and ``max``), rounded to a thousandth."""
    found = {f"p{of}": float(np.percentile(values, of)) for of in (50, tail)}
    if maximum:
        found["max"] = float(np.max(values))
    return {key: round(value, 3) for key, value in found.items()}
