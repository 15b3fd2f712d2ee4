"""The key with which clips are heard: a file of age, in a place of the user's choice."""

import os
import stat
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_state_path

from daemon.clips.seal import SECRET
from daemon.errors import ClipError

_LARGEST = 65_536  # bytes; a key has two hundred


def default_identity() -> Path:
    """Where a key is made and looked for where no other place is named.

    Not in the state folder: who copies that has clips that nobody can hear.
    """
    folder = user_config_path("distressd")
    if folder == user_state_path("distressd"):  # macOS has one folder for both
        folder = Path.home() / ".config" / "distressd"
    return folder / "clips.key"


def make_identity(path: Path) -> str:
    """Make a key in the new file ``path``, for this user's eyes only (mode 0600).

    Returns:
        Its public half.

    Raises:
        ClipError: the file is there already, which is left as it is, or it cannot be written.
    """
    from pyrage import x25519

    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise ClipError(
            f"{path} is there already, and is left as it is.",
            "Name another file with --out: clips that were made for the old key can be heard with"
            " the old key only.",
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("# distressd: whoever has this file can hear the clips made for it\n")
            file.write(f"# public key: {recipient}\n{identity}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    return recipient


def read_identities(path: Path) -> list[Any]:
    """The keys in ``path``.

    Raises:
        ClipError: there is none, others may read them, or the file is none of age.
    """
    from pyrage import IdentityError, x25519

    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise ClipError(
            f"There is no key {path}.", "Name the file that has it with --identity."
        ) from error
    except OSError as error:
        raise ClipError(f"The key {path} cannot be read ({error.strerror}).") from error
    if found := too_open(path, status.st_mode):
        raise found
    remedy = "`distressd clips key` makes one; age-keygen does, too."
    text = content.decode("ascii", "replace")
    lines = [line.strip() for line in text.splitlines()]
    secrets = [line for line in lines if line.upper().startswith(SECRET)]
    if not secrets or len(content) > _LARGEST:
        raise ClipError(f"{path} is no key of age.", remedy)
    try:
        return [x25519.Identity.from_str(secret) for secret in secrets]
    except IdentityError as error:
        raise ClipError(f"The key {path} is damaged.", "Take a copy of it.") from error


def too_open(path: Path, mode: int) -> ClipError | None:
    """What is wrong with the key ``path`` if others may read it."""
    bits = stat.S_IMODE(mode)
    if not bits & 0o077:
        return None
    return ClipError(
        f"The key {path} can be read by others (mode {bits:04o}).",
        f"Run chmod 600 {path}; if others may have read it, make a new one for what is recorded"
        " from now on.",
    )


def _unwritable(path: Path, error: OSError) -> ClipError:
    return ClipError(
        f"The key {path} cannot be written ({error.strerror}).", "Name another file with --out."
    )
