"""What a client may ask the daemon to do."""

from typing import Protocol

from daemon.wire.channels import Channels
from daemon.wire.settings import Settings, Value


class Control(Protocol):
    """Carries requests out.

    Feedback and settings are called in worker threads and may block. Pauses are called in
    the loop and must not, since they have to be possible while the store hangs. Each raises
    :class:`~daemon.errors.DistressdError` with the reason where it refuses.
    """

    def ack(self, alert: str) -> None:
        """A person has seen ``alert``."""

    def false_alarm(self, alert: str) -> None:
        """A person says that ``alert`` was no distress."""

    def revoke(self, alert: str) -> None:
        """What was said of ``alert`` is taken back."""

    def forget(self, since: float, until: float) -> None:
        """Remove what happened from ``since`` to ``until`` (wall time); may take long."""

    def pause(self, seconds: float) -> None:
        """Raise no alerts for ``seconds``."""

    def resume(self) -> None:
        """End a pause."""

    def channels(self) -> Channels:
        """How each notification channel gets on."""

    def test(self, channel: str) -> None:
        """Have ``channel`` tell a test; does not wait until it has."""

    def settings(self) -> Settings:
        """What can change while the daemon runs."""

    def change(self, values: dict[str, Value]) -> None:
        """Keep ``values``, and put them into force."""
