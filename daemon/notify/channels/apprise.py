"""Phones, chats and mail, by the services that Apprise knows."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Self

from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.notice import Notice
from daemon.notify.secrecy import pieces, veiled

if TYPE_CHECKING:
    from daemon.config.notify import Apprise
    from daemon.wire.base import Level

_SAID = 200  # letters of its complaint that are told
_TYPES: dict["Level", str] = {"advisory": "info", "warning": "warning", "critical": "failure"}


def is_address(url: str) -> bool:
    """Whether Apprise knows the service and takes the address; reaches nothing."""
    import apprise

    with _Heard():  # its complaint names the address, which is a secret
        return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None


class AppriseChannel(Channel):
    """One address, so that another that fails has nobody told twice.

    Args:
        config: where to.
    """

    patience_s = 30.0

    def __init__(self, config: "Apprise") -> None:
        self._url = config.url.get_secret_value()
        self._secret = pieces(self._url)
        self._apprise: Any = None

    async def open(self) -> None:
        """Load the service."""
        if self._apprise is None:
            import apprise

            asset = apprise.AppriseAsset(
                app_id="distressd",
                app_desc="distressd",
                app_url="",
                storage_mode=apprise.PersistentStoreMode.MEMORY,
                secure_logging=True,
            )
            self._apprise = apprise.Apprise(asset=asset)
            with _Heard():
                known = self._apprise.add(self._url)
            if not known:
                self._apprise = None
                raise DeliveryError(
                    "Apprise does not know this address", "Look at its list of services."
                )

    async def deliver(self, notice: Notice) -> None:
        """Send; Apprise blocks, so it does that in a thread of its own."""
        loop = asyncio.get_running_loop()
        sent, said = await loop.run_in_executor(None, self._send, notice)
        if not sent:
            raise DeliveryError(said or "the service did not take it", "Look at its address.")

    def _send(self, notice: Notice) -> tuple[bool, str]:
        with _Heard() as heard:
            sent = bool(
                self._apprise.notify(
                    title=notice.title, body=notice.text, notify_type=_TYPES[notice.level]
                )
            )
        # It names topics, numbers and addresses, and what it says is told and logged.
        return sent, veiled(heard.last, self._secret)[:_SAID]


class _Heard(logging.Handler):
    """Keeps Apprise's last complaint for our own log, and out of everybody else's."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""
        self._logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()

    def __enter__(self) -> Self:
        self._before = self._logger.propagate
        self._logger.propagate = False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._before
