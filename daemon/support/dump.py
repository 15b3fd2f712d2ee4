"""Packs a support dump."""

import getpass
import io
import json
import os
import platform
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import SecretStr

from daemon.audio.devices import input_devices
from daemon.config.load import LoadedConfig, shipped_config
from daemon.config.notify import Channel
from daemon.config.schema import Config
from daemon.doctor.check import Setting
from daemon.errors import DistressdError, SourceUnavailable, StateError
from daemon.notify.secrecy import pieces
from daemon.state import read_token
from daemon.support import parts
from daemon.support.redaction import Redaction

Part = Callable[[], object]


def write_dump(path: Path, loaded: LoadedConfig, state: Path) -> list[str]:
    """Write a gzipped tar file of redacted texts, for this user's eyes only (mode 0600).

    A part that cannot be had is told in its place: a dump is wanted when things are broken.

    Returns:
        What is in it.

    Raises:
        DistressdError: it cannot be written.
    """
    redaction = redaction_here(state, loaded.config)
    names = []
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            for name, content in _contents(loaded, state, redaction):
                _add(archive, f"distressd-support/{name}", content)
                names.append(name)
    except FileExistsError as error:
        raise DistressdError(f"{path} is there already.", "Name another with --output.") from error
    except OSError as error:
        raise DistressdError(f"{path} cannot be written ({error.strerror}).") from error
    return names


def redaction_here(state: Path, config: Config) -> Redaction:
    """What is private on this machine."""
    # People name channels after people.
    channels = config.notify.every()
    try:
        secrets = [read_token(state)]
    except StateError:
        secrets = []
    secrets += [f"notify_{name}" for name in channels]
    try:
        # A name with a space is one that somebody gave or bought: "Anna's AirPods".
        devices = [each.name for each in input_devices() if " " in each.name]
    except SourceUnavailable:
        devices = []
    try:
        user = [getpass.getuser()]
    except (KeyError, OSError):  # an account without a name
        user = []
    host = platform.node()
    names = [*user, host, host.partition(".")[0], *devices, config.audio.device, *channels]
    public = _public_words()
    for channel in channels.values():
        parts_of_it = pieces(*_private_texts(channel))
        names += [each for each in parts_of_it if each.lower() not in public]
    return Redaction(secrets, names, str(Path.home()))


def _public_words() -> frozenset[str]:
    """Words that say nothing of this machine, and much of what went wrong.

    A webhook that is called "distressd", or a program that is told "critical", must not take these
    words out of everything else.
    """
    shipped = shipped_config().read_text(encoding="utf-8")
    return frozenset(re.findall(r"\w+", shipped.lower()))


def _private_texts(channel: Channel) -> Iterator[str]:
    """What of a channel's settings says where it leads, and what opens the door there."""
    for name in type(channel).model_fields:
        value = getattr(channel, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif name in {"host", "username", "daemon"}:
            yield value
        elif name == "command":
            yield from value[1:]


def _contents(loaded: LoadedConfig, state: Path, redaction: Redaction) -> Iterator[tuple[str, str]]:
    structured: dict[str, Part] = {
        "about.json": parts.about,
        "config.json": lambda: parts.settings(loaded),
        "doctor.json": lambda: parts.findings(Setting(loaded.config, state)),
        "service.json": parts.service,
        "state.json": lambda: parts.files(state),
        "store.json": lambda: parts.store(state),
    }
    for name, part in structured.items():
        yield name, json.dumps(redaction.value(_or_error(part)), indent=2) + "\n"
    for name, text in parts.running(state):
        if name == "readyz":
            yield "readyz.json", json.dumps(redaction.value(json.loads(text)), indent=2) + "\n"
        else:
            yield "metrics.txt", redaction.secret(_metrics(text))
    yield "log.txt", redaction.text(parts.log())


def _or_error(part: Part) -> object:
    try:
        return part()
    except Exception as error:  # noqa: BLE001 - whatever is broken is what the dump is for
        return {"error": f"{type(error).__name__}: {error}"}


def _metrics(text: str) -> str:
    """Figures of ours and of the interpreter; their labels are words of the program."""
    return "".join(
        f"{line}\n"
        for line in text.splitlines()
        if line.startswith(("distressd_", "process_", "python_"))
    )


def _add(archive: tarfile.TarFile, name: str, content: str) -> None:
    data = content.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(data), 0o600, int(time.time())
    archive.addfile(entry, io.BytesIO(data))
