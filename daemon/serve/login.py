"""How a browser becomes a dashboard: a code that is given to who has the token, then a cookie."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

CODE_LIFE_S = 60.0
MOST_CODES = 16  # beyond, the oldest goes
SESSION_LIFE_S = 30 * 86_400


class Codes:
    """Single-use codes. Lives in the loop's thread.

    Only a code's digest is kept, so that looking one up takes no time that tells of its letters.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: dict[bytes, float] = {}

    def give(self) -> str:
        """A new code, good for one login within :data:`CODE_LIFE_S`."""
        while len(self._ends) >= MOST_CODES:
            del self._ends[next(iter(self._ends))]
        code = secrets.token_urlsafe(32)
        self._ends[_digest(code)] = self._clock() + CODE_LIFE_S
        return code

    def take(self, code: str) -> bool:
        """Whether ``code`` was good; it is none from now on."""
        ends = self._ends.pop(_digest(code), None)
        return ends is not None and self._clock() < ends


class Cookie:
    """The dashboard's session: signed with the token, so that it outlives a restart.

    Its name has the port, because cookies do not tell ports apart. Who wants every session to end
    removes the token.
    """

    def __init__(
        self, token: str, port: int, *, secure: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self.name = f"distressd_{port}"
        self._key = hmac.digest(token.encode(), b"distressd dashboard session", "sha256")
        self._secure = secure
        self._clock = clock

    def header(self) -> str:
        """``Set-Cookie`` for a new session."""
        told = f"{int(self._clock() + SESSION_LIFE_S)}.{secrets.token_urlsafe(16)}"
        parts = [
            f"{self.name}={told}.{self._sign(told)}",
            f"Max-Age={SESSION_LIFE_S}",
            "Path=/",
            "HttpOnly",
            "SameSite=Strict",
        ]
        return "; ".join([*parts, "Secure"] if self._secure else parts)

    def admits(self, headers: list[str]) -> bool:
        """Whether one of these ``Cookie`` headers has a session that has not ended.

        Another server on this machine can set a cookie of the same name beside it, and cannot
        sign one: any that is good will do.
        """
        pairs = (pair.strip() for header in headers for pair in header.split(";"))
        named = (pair.partition("=") for pair in pairs)
        return any(name == self.name and self._good(value) for name, _, value in named)

    def _good(self, value: str) -> bool:
        told, _, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(told).encode()):
            return False
        return int(told.partition(".")[0]) > self._clock()  # a number: it was signed here

    def _sign(self, told: str) -> str:
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
