"""JSON to an address, signed as Standard Webhooks has it (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from daemon.notify.channels.channel import Channel, DeliveryError, trusted
from daemon.notify.notice import Notice

if TYPE_CHECKING:
    import httpx2

    from daemon.config.notify import Webhook

_PREFIX = "whsec_"
# The others say that this very notice will never be taken.
_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.LOCKED,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
# The address or what it takes to be let in is wrong: that can be mended, and nothing is lost.
_MENDED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.GONE,
}


def key_of(secret: str) -> bytes:
    """The key that ``secret`` stands for: base64 after ``whsec_``, else its own letters."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()


def signature(key: bytes, notice_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of id, time and body, as the header ``webhook-signature`` has it."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class WebhookChannel(Channel):
    """One POST a notice. What has no answer may come twice, with the same ``webhook-id``.

    Args:
        config: where to, and the secret.
        daemon: the name of this daemon.
        transcripts: whether words may be told at this moment.
    """

    people = False

    def __init__(self, config: "Webhook", daemon: str, transcripts: Callable[[], bool]) -> None:
        self._config = config
        self._daemon = daemon
        self._transcripts = transcripts
        self._url = config.url.get_secret_value()
        self._key = key_of(config.secret.get_secret_value()) if config.secret else b""
        self._client: httpx2.AsyncClient | None = None
        self.patience_s = config.timeout_s

    async def open(self) -> None:
        """Load the certificates."""
        import httpx2

        if self._client is not None:
            return
        self._client = httpx2.AsyncClient(
            verify=trusted(self._config.ca),
            timeout=None,
            follow_redirects=False,
            trust_env=False,  # where it goes is in the configuration only
        )

    async def deliver(self, notice: Notice) -> None:
        """Post."""
        import httpx2

        if self._client is None:
            raise DeliveryError("it is not open")
        transcripts = self._config.transcripts and self._transcripts()
        stored = notice.stored(self._daemon, transcripts=transcripts)
        body = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
        now = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "distressd",
            "webhook-id": notice.id,
            "webhook-timestamp": str(now),
        }
        if self._key:
            headers["webhook-signature"] = signature(self._key, notice.id, now, body)
        try:
            # The answer's body is nobody's business, however long it is.
            async with self._client.stream(
                "POST", self._url, content=body, headers=headers
            ) as answer:
                status, after = answer.status_code, answer.headers.get("retry-after", "")
        except httpx2.HTTPError as error:
            # Its text may name the address, which is a secret; what it is does not.
            raise DeliveryError(
                f"the address does not answer ({_cause(error)})", "Look at whether it is up."
            ) from error
        _judge(status, after)

    async def close(self) -> None:
        """Close its connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _judge(status: int, after: str) -> None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    told = f"the address answers {status}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise DeliveryError(told, "It has moved: name its new place in url.", absent=True)
    wait_s = float(after) if after.isascii() and after.isdigit() else 0.0
    if status in _MENDED:
        raise DeliveryError(told, "Look at url, and at who may post there.", absent=True)
    final = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    raise DeliveryError(
        told,
        "Its own log says why.",
        final=final and status not in _LATER,
        wait_s=wait_s,
    )


def _cause(error: BaseException) -> str:
    """The system's word for it, where there is one below."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return type(error).__name__
