"""How a distribution of times is reported."""

from collections.abc import Sequence

import numpy as np


def percentiles(values: Sequence[float], *, maximum: bool = False) -> dict[str, float]:
    """``p50`` and ``p99`` (and ``max``), rounded to a thousandth."""
    found = {"p50": float(np.percentile(values, 50)), "p99": float(np.percentile(values, 99))}
    if maximum:
        found["max"] = float(np.max(values))
    return {key: round(value, 3) for key, value in found.items()}
