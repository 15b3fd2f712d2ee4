"""Everything that can go wrong in a way the user can act upon.

::

    DistressdError                 exit 1: something failed
    ├── UsageError                 exit 2: the command line or the configuration is wrong
    │   └── ConfigError            every mistake in the configuration, at once
    ├── StateError                 the state folder, its token or its store
    │   ├── StoreUnavailable       the store cannot be written now; it is tried again
    │   └── StoreDamaged           the store cannot be read; it is set aside
    ├── SourceError                the sound source
    │   ├── SourceUnavailable      not there now; it may come back, so it is retried
    │   └── RecordingError         a recording that cannot be read; it will not get better
    ├── ServeError                 the WebSocket server (port in use, certificates)
    ├── PartDied                   a thread of the daemon died or hangs: it has to start anew
    ├── InstallError               the service cannot be installed, removed or asked
    ├── ClipError                  a clip of sound or the key to it cannot be read or made
    ├── ModelError                 weights, model files and their hashes (defined in models.errors)
    └── DataError                  corpora and what is said of them (defined in models.errors)

A message says what happened, to what, and what to do: one or two sentences, no traceback.
"""

from models.errors import DataError, DistressdError, ModelError

__all__ = [
    "ClipError",
    "ConfigError",
    "DataError",
    "DistressdError",
    "InstallError",
    "ModelError",
    "PartDied",
    "RecordingError",
    "ServeError",
    "SourceError",
    "SourceUnavailable",
    "StateError",
    "StoreDamaged",
    "StoreUnavailable",
    "UsageError",
]


class UsageError(DistressdError):
    """The command line or the configuration is wrong."""

    exit_status = 2


class ConfigError(UsageError):
    """The configuration has mistakes; the message lists every one with its line."""


class StateError(DistressdError):
    """The state folder, the token in it or the store cannot be used."""


class StoreUnavailable(StateError):  # noqa: N818 - a state of the world more than a mistake
    """The store cannot be written now (a full disk, a lock): alerts go out and wait for it."""


class StoreDamaged(StateError):  # noqa: N818 - what it is, as the log says it
    """The store's file is no store any more: it is set aside, and a new one begun."""


class SourceError(DistressdError):
    """The sound source failed."""


class SourceUnavailable(SourceError):  # noqa: N818 - a state of the world more than a mistake
    """The source is not there now but may come back: retried with backoff."""


class RecordingError(SourceError):
    """A recording cannot be read, now or later."""


class ServeError(DistressdError):
    """The server cannot be started as configured."""


class InstallError(DistressdError):
    """The service cannot be installed, removed or asked; the steps before it stay done."""


class ClipError(DistressdError):
    """A clip of sound, or the key to it, cannot be read or made."""


class PartDied(DistressdError):  # noqa: N818 - what happened, as the log says it
    """Something that the daemon cannot do without died or hangs: it has to start anew."""
