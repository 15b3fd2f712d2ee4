"""What one minute sounded like: the history that is kept when nothing happens."""

import json
import logging
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Minute:
    """Aggregates of one minute of wall time.

    Attributes:
        start: seconds since 1970 at which the minute began, a multiple of 60.
        hops_heard: hops that were heard; 6,000 is the whole minute.
        hops_open: those of them during which the gate was open.
        level_mean_db: mean loudness, dBFS.
        level_max_db: loudest hop, dBFS.
        distress_max: highest calibrated probability of distress.
        infant_max: highest calibrated probability of an infant crying.
        sounds: strongest sound events by AudioSet name, and their highest score.
        emotions: mean posterior of the open hops by emotion.
    """

    start: int
    hops_heard: int
    hops_open: int
    level_mean_db: float
    level_max_db: float
    distress_max: float
    infant_max: float
    sounds: dict[str, float]
    emotions: dict[str, float]

    def merged(self, other: "Minute") -> "Minute":
        """This part of the minute and ``other``, another part of the same one, as one.

        Raises:
            ValueError: it is a part of another minute.
        """
        if other.start != self.start:
            raise ValueError(f"minute {other.start} is no part of minute {self.start}")
        strongest = {
            label: max(self.sounds.get(label, 0.0), other.sounds.get(label, 0.0))
            for label in self.sounds | other.sounds
        }
        kept = max(len(self.sounds), len(other.sounds))
        return Minute(
            start=self.start,
            hops_heard=self.hops_heard + other.hops_heard,
            hops_open=self.hops_open + other.hops_open,
            level_mean_db=_mean(
                self.level_mean_db, self.hops_heard, other.level_mean_db, other.hops_heard
            ),
            level_max_db=max(self.level_max_db, other.level_max_db),
            distress_max=max(self.distress_max, other.distress_max),
            infant_max=max(self.infant_max, other.infant_max),
            sounds=dict(sorted(strongest.items(), key=lambda item: -item[1])[:kept]),
            emotions={
                emotion: _mean(
                    self.emotions.get(emotion, 0.0),
                    self.hops_open,
                    other.emotions.get(emotion, 0.0),
                    other.hops_open,
                )
                for emotion in self.emotions | other.emotions
            },
        )


def store_minute(connection: sqlite3.Connection, minute: Minute) -> None:
    """Write ``minute``, added to what is stored of it already: a restart parts a minute in two."""
    row = connection.execute("SELECT * FROM minute WHERE start = ?", (minute.start,)).fetchone()
    stored = _minute(*row) if row else None
    if stored is not None:
        minute = stored.merged(minute)
    connection.execute(
        "INSERT OR REPLACE INTO minute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            minute.start,
            minute.hops_heard,
            minute.hops_open,
            minute.level_mean_db,
            minute.level_max_db,
            minute.distress_max,
            minute.infant_max,
            json.dumps(minute.sounds),
            json.dumps(minute.emotions),
        ),
    )


def load_minutes(
    connection: sqlite3.Connection, since: float, until: float, limit: int | None
) -> list[Minute]:
    """The first ``limit`` minutes from ``since`` to before ``until``, without unreadable ones."""
    rows = connection.execute(
        "SELECT * FROM minute WHERE start >= ? AND start < ? ORDER BY start LIMIT ?",
        (since, until, -1 if limit is None else limit),
    )
    return [minute for row in rows.fetchall() if (minute := _minute(*row)) is not None]


def _minute(*row: Any) -> Minute | None:
    minute = Minute(*row)
    try:
        sounds, emotions = json.loads(str(minute.sounds)), json.loads(str(minute.emotions))
    except ValueError as error:
        logger.error(  # noqa: TRY400 - one line says it all
            "Store: minute %s cannot be read (%s); it is passed over", row[0], error
        )
        return None
    return replace(minute, sounds=sounds, emotions=emotions)


def _mean(first: float, hops: int, second: float, other_hops: int) -> float:
    """The mean over both, each over so many hops."""
    together = hops + other_hops
    return (first * hops + second * other_hops) / together if together else max(first, second)
