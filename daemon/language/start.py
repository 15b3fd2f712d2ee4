"""A slow lane for commands that hear recordings."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from daemon.config.schema import Language
from daemon.health import Health, PartHealth
from daemon.language.lane import LanguageLane


@contextmanager
def language_lane(
    config: Language, *, in_step: bool, wanted: bool = True
) -> Iterator[LanguageLane | None]:
    """A running lane, or None where none is wanted; what it lacks is said on standard error.

    Args:
        config: ``[language]``.
        in_step: utterances go one at a time and none is dropped: what is transcribed together is
            padded together, which may change a word, and recordings give the same every time.
        wanted: on the command line.
    """
    if not (wanted and config.enabled):
        yield None
        return
    health = Health()
    health.listen(_tell)
    one_at_a_time = config.model_copy(update={"batch": 1}) if in_step else config
    lane = LanguageLane(one_at_a_time, health, lossless=in_step)
    lane.start()
    try:
        yield lane
    finally:
        lane.stop()


def _tell(_part: str, health: PartHealth) -> None:
    if health.state in {"unavailable", "degraded"}:
        sys.stderr.write(f"Language is {health.state}: {health.reason} {health.remedy}\n")
