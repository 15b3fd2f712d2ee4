"""What is fed with rubbish: everything that reads what somebody else wrote.

A target takes bytes and says whether they were taken for good. It raises only what it should not.
"""

import asyncio
import atexit
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from model_files import ctranslate2 as whole_ctranslate2  # beside this file
from model_files import gguf as whole_gguf
from pydantic import ValidationError

from daemon.acoustic.load import load_ear
from daemon.audio.recording import Recording
from daemon.clips.folder import Clip
from daemon.clips.identity import make_identity, read_identities
from daemon.clips.opened import open_clip
from daemon.clips.seal import Seal
from daemon.clips.take import Recorded
from daemon.config.load import parse_config, shipped_config
from daemon.config.schema import Acoustic, Config
from daemon.errors import ClipError, ConfigError, ModelError, RecordingError
from daemon.health import Health
from daemon.serve.admission import Refusal
from daemon.serve.login import Codes
from daemon.serve.lookback import Lookback
from daemon.serve.requests import Desk, Requests, explain
from daemon.wire.channels import Channels
from daemon.wire.client import HELLO
from daemon.wire.settings import Settings, Value
from models.headers.ctranslate2 import check_header as check_ctranslate2
from models.headers.fields import HeaderError
from models.headers.gguf import check_header as check_gguf
from models.networks import weights

Target = Callable[[bytes], bool]

SCRATCH = "DISTRESSD_FUZZ_SCRATCH"
MOMENT = "2026-01-01T00:00:00.000000Z"
LONGEST_RECORDING = 200  # blocks: a header may promise years


class _AtOnce(Executor):
    def submit(self, call: Callable[..., Any], /, *words: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(call(*words, **named))
        return future


class _Anything:
    """Carries every request out."""

    def ack(self, alert: str) -> None: ...

    def false_alarm(self, alert: str) -> None: ...

    def revoke(self, alert: str) -> None: ...

    def forget(self, since: float, until: float) -> None: ...

    def channels(self) -> Channels:
        return Channels(time=MOMENT, stream_s=1.0, id=None, channels=(), reason="")

    def test(self, channel: str) -> None: ...

    def pause(self, seconds: float) -> None: ...

    def resume(self) -> None: ...

    def settings(self) -> Settings:
        return Settings(
            time=MOMENT, stream_s=1.0, id=None, values={}, file="", fixed="", waiting=""
        )

    def change(self, values: dict[str, Value]) -> None: ...


class _NothingKept:
    """A journal, and its archive, of which nothing is left."""

    @property
    def archive(self) -> "_NothingKept":
        return self

    def records(self, *_: object) -> list[Any]:
        return []

    def story(self, alert: str) -> tuple[list[Any], list[Any]]:
        return [], []

    hours = minutes = records


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _folder() -> Path:
    """The long run's, which outlives what it kills; else one that goes with this process."""
    if SCRATCH in os.environ:
        return Path(os.environ[SCRATCH])
    folder = tempfile.mkdtemp(prefix="distressd-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _write(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def hello(data: bytes) -> bool:
    """The first message of a client."""
    try:
        HELLO.validate_json(data)
    except ValidationError as error:
        explained = explain(error)
    else:
        return True
    assert len(explained) <= 500
    return False


def request(data: bytes) -> bool:
    """A message after the first: whatever it is, it gets one answer."""
    message = data.decode(errors="replace")
    desk = Desk(
        control=_Anything(),
        lookback=Lookback(_NothingKept()),
        codes=Codes(),
        feedback=_AtOnce(),
        reading=_AtOnce(),
        stamp=lambda: (MOMENT, 1.0),
    )
    requests = Requests(
        desk, has_token=False, on_feedback=lambda *_: None, on_channels=lambda: None
    )
    try:
        answer = _loop().run_until_complete(requests.answer(message))
    except Refusal:
        return False
    return bool(json.loads(answer)["type"] != "error")


def config(data: bytes) -> bool:
    """A configuration file."""
    try:
        parse_config(data.decode(errors="replace"), Path("config.toml"))
    except ConfigError:
        return False
    return True


def recording(data: bytes) -> bool:
    """A sound file."""
    try:
        with Recording(_write("sound", data)) as opened:
            for number, block in enumerate(opened.blocks()):
                assert block.dtype == np.float32
                assert np.isfinite(block).all()
                if number >= LONGEST_RECORDING:
                    break
    except RecordingError:
        return False
    return True


def model(data: bytes) -> bool:
    """Weights with a right hash: somebody pinned rubbish. What is taken has to hear."""
    path = _write("own.safetensors", data)
    path.with_suffix(".sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    try:
        ear = load_ear(Config(acoustic=Acoustic(weights=path, sound_events=False)), Health())
    except ModelError:
        return False
    for hop in _noise():
        ear.step(hop)
        assert np.isfinite(ear.distress)
        assert np.isfinite(ear.posterior).all()
    return True


def gguf(data: bytes) -> bool:
    """The header of a language model, before llama.cpp sees it."""
    return _is_whole(check_gguf, data)


def ctranslate2(data: bytes) -> bool:
    """The headers of a Whisper model, before CTranslate2 sees them."""
    return _is_whole(check_ctranslate2, data)


def clip(data: bytes) -> bool:
    """A clip of sound, as it lies on the disk."""
    path = _write("clip.flac.age", data)
    found = Clip(alert="a", began=0.0, seconds=1, size=len(data), path=path)
    try:
        open_clip(found, _key())
    except ClipError:
        return False
    return True


def key(data: bytes) -> bool:
    """The key with which clips are heard."""
    path = _write("clips.key", data)
    path.chmod(0o600)
    try:
        return bool(read_identities(path))
    except ClipError:
        return False


@cache
def _key() -> list[Any]:
    path = _folder() / f"{os.getpid()}.key"
    make_identity(path)
    return read_identities(path)


def _is_whole(check: Callable[[bytes], None], data: bytes) -> bool:
    try:
        check(data)
    except HeaderError as error:
        told = str(error)
    else:
        return True
    assert 0 < len(told) <= 2_000
    return False


@cache
def _noise() -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Loud enough to open any gate: (hops, samples)."""
    return np.random.default_rng(1).uniform(-0.9, 0.9, (40, 160)).astype(np.float32)


TARGETS: dict[str, Target] = {
    "hello": hello,
    "request": request,
    "config": config,
    "recording": recording,
    "model": model,
    "gguf": gguf,
    "ctranslate2": ctranslate2,
    "clip": clip,
    "key": key,
}


def seeds(name: str) -> list[bytes]:
    """Right inputs to begin with."""
    match name:
        case "hello":
            words = {"type": "hello", "v": 1, "token": "x" * 43}
            return [
                json.dumps(each).encode()
                for each in (words, words | {"since": 3, "epoch": "e"}, words | {"since": None})
            ]
        case "request":
            return [
                json.dumps({"v": 1, "id": "1", **each}).encode()
                for each in (
                    {"type": "ack", "alert": "a"},
                    {"type": "false_alarm", "alert": "a"},
                    {"type": "pause", "seconds": 60.5},
                    {"type": "resume"},
                    {"type": "revoke", "alert": "a"},
                    {"type": "show_settings"},
                    {"type": "show_channels"},
                    {"type": "send_test", "channel": "desktop"},
                    {"type": "list_alerts", "since": MOMENT, "limit": 3},
                )
            ]
        case "config":
            return [shipped_config().read_bytes(), b"version = 1\n[audio]\nsource = 'mic'\n"]
        case "recording":
            return _recordings()
        case "clip" | "key":
            return _clips(name)
        case _:
            return _model_files(name)


def _model_files(name: str) -> list[bytes]:
    match name:
        case "gguf":
            return [whole_gguf(), whole_gguf(version=2)]
        case "ctranslate2":
            return [whole_ctranslate2(), whole_ctranslate2(version=4)]
        case _:
            return [_small_weights(), _header(weights.SHIPPED.read_bytes())]


def _clips(name: str) -> list[bytes]:
    if name == "key":
        return [f"# a comment\n{each}\n".encode() for each in _key()]
    seal = Seal([str(each.to_public()) for each in _key()])
    flac = Recorded("a", 0.0, np.arange(800, dtype=np.int16), ()).flac()
    # Rubbish that was sealed, too: its seal is whole.
    return [seal.close(flac), seal.close(b"fLaC" + flac[:60]), seal.close(b"")]


def _recordings() -> list[bytes]:
    rng = np.random.default_rng(1)
    sound = rng.uniform(-0.5, 0.5, 400)
    found = []
    for form, subtype in (
        *(("WAV", kind) for kind in ("PCM_16", "FLOAT", "ULAW", "IMA_ADPCM", "GSM610")),
        *(("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("AIFF", "PCM_24"), ("AU", "PCM_16")),
        *(("CAF", "ALAC_16"), ("W64", "PCM_16"), ("MP3", "MPEG_LAYER_III"), ("OGG", "OPUS")),
    ):
        file = io.BytesIO()
        try:
            soundfile.write(file, sound, 8_000, format=form, subtype=subtype)
        except soundfile.SoundFileError:  # an older libsndfile has fewer
            continue
        found.append(file.getvalue())
    return found


def _small_weights() -> bytes:
    """The shipped network made so small that it is quick to read, and still right in shape."""
    shipped = weights.load()
    size = shipped.tensors["lstm.weight_hh_l0"].shape[1]
    fewer = {4 * size: 16, size: 4}
    tensors = {
        name: np.ascontiguousarray(tensor[tuple(slice(fewer.get(n, n)) for n in tensor.shape)])
        for name, tensor in shipped.tensors.items()
    }
    path = _folder() / "seed.safetensors"
    weights.save(path, tensors, shipped.metadata)
    return path.read_bytes()


def _header(content: bytes) -> bytes:
    """The beginning of a file of weights, up to where its tensors begin, and a little more."""
    return content[: 8 + int.from_bytes(content[:8], "little") + 64]
