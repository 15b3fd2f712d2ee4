"""What makes a clip unreadable for the daemon itself: age (age-encryption.org), X25519.

The daemon has public keys only. A sealed clip is an ordinary age file, which the tool ``age``
opens, too.
"""

import io
from collections.abc import Sequence
from typing import Any

from daemon.errors import ClipError

PUBLIC = "age1"
SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how one begins
_SHOWN = 12


class Seal:
    """Seals for whoever has the secret half of one of these keys.

    Args:
        recipients: public keys, as in the configuration.

    Raises:
        ValueError: one of them is none; the message does not repeat a secret.
    """

    def __init__(self, recipients: Sequence[str]) -> None:
        self._keys = [_recipient(text) for text in recipients]

    def close(self, content: bytes) -> bytes:
        """``content``, to be read with the secret half only.

        The library reads and writes through Python, piece by piece: other threads get their turn
        in between, where one call for the whole would hold them up.
        """
        import pyrage

        sealed = _Pieces()
        pyrage.encrypt_io(_Reader(content), sealed, self._keys)
        return b"".join(sealed.pieces)


def unsealed(sealed: bytes, identities: Sequence[Any], what: str) -> bytes:
    """What is in ``sealed``.

    Args:
        sealed: an age file.
        identities: from :func:`daemon.clips.identity.read_identities`.
        what: its name, for errors.

    Raises:
        ClipError: it was made for another key, or is damaged.
    """
    import pyrage

    try:
        content: bytes = pyrage.decrypt(sealed, identities)
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise ClipError(
                f"{what} was not made for this key.",
                "Name the right one with --identity: the key whose public half [clips] recipients"
                " had when it was recorded.",
            ) from error
        raise ClipError(f"{what} is damaged ({error}).", "It cannot be heard any more.") from error
    return content


def _recipient(text: str) -> Any:
    from pyrage import RecipientError, x25519

    if text.strip().upper().startswith(SECRET):
        raise ValueError(
            "has the secret half of a key. Put the public half here, and make a new key if others"
            " may have read this file"
        )
    try:
        return x25519.Recipient.from_str(text)
    except RecipientError:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise ValueError(
            f'"{shown}" is no public key of age, which begins with {PUBLIC};'
            " `distressd clips key` makes one"
        ) from None


class _Reader:
    """Gives bytes in pieces."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        return self._content.read(size)


class _Pieces:
    """Takes bytes in pieces."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep ``piece``."""
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""
