"""Lengths and moments of time, as they are typed."""

import re
import time
from datetime import datetime
from typing import Any

import click

_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)


class Length(click.ParamType[float]):
    """``90s``, ``30m``, ``2h``, ``7d`` or ``4w``, in seconds."""

    name = "length"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds."""
        if isinstance(value, int | float):
            return float(value)
        seconds = _seconds(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no length of time: write 90s, 30m, 2h or 7d.", param, ctx)
        return seconds


class Moment(click.ParamType[float]):
    """A length of time ago (``7d``), or a local date or time (``2026-01-31``, ``... 14:00``)."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds since 1970."""
        if isinstance(value, int | float):
            return float(value)
        ago = _seconds(str(value))
        if ago is not None:
            return time.time() - ago
        try:
            return datetime.fromisoformat(str(value)).astimezone().timestamp()
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is no time: write 7d (ago), 2026-01-31 or '2026-01-31 14:00'.",
                param,
                ctx,
            )


def _seconds(text: str) -> float | None:
    found = _LENGTH.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2].lower()] if found else None


def local(wall: float) -> str:
    """``wall`` (seconds since 1970) as the clock on this machine's wall shows it."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%Y-%m-%d %H:%M:%S")
