"""What the second ear says beside the first."""

from daemon.acoustic.opinion import Opinion
from daemon.fusion.logodds import moved


class Opinions:
    """The second ear's newest opinions on one stream."""

    def __init__(self) -> None:
        self._newest: Opinion | None = None
        self._evidence = 0.0

    def take(self, opinion: Opinion) -> None:
        """Take one in; one that comes after a later one is left out.

        What two in a row agree upon counts: one alone is often wrong, and whoever is afraid goes on
        being so for longer than a window moves on.
        """
        before = self._newest
        if before is not None and opinion.sample <= before.sample:
            return
        agreed = before is not None and before.counts(opinion.sample)
        self._evidence = min(opinion.evidence, before.evidence) if before and agreed else 0.0
        self._newest = opinion

    def count(self, sample: int) -> bool:
        """Whether they change what is heard at ``sample``."""
        return self._evidence > 0.0 and self._newest is not None and self._newest.counts(sample)

    def beside(self, distress: float, sample: int) -> float:
        """Probability of distress by both ears.

        It is never less than the first ear's: an ear for voices knows less of cries.

        Args:
            distress: by the first, at ``sample``.
            sample: absolute index.
        """
        return moved(distress, self._evidence) if self.count(sample) else distress
