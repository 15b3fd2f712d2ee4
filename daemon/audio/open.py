"""From the words of the command line to a source. Imports only what the source needs."""

from pathlib import Path

from daemon.audio.pace import Pace
from daemon.audio.source import Source
from daemon.errors import UsageError
from daemon.health import Health


def open_source(spec: str, pace: Pace, device: str, health: Health) -> Source:
    """Make the source, not yet started.

    Args:
        spec: ``mic``, ``demo``, ``stdin`` or ``file:PATH``.
        pace: for what is played; what is heard live has only the real one.
        device: which microphone; empty for the system's default.
        health: where the source reports as the part ``source``.

    Raises:
        UsageError: there is no such source, or not at this pace.
    """
    if spec.startswith("file:") and spec != "file:":
        from daemon.audio.file import FileSource

        return FileSource(Path(spec.removeprefix("file:")).expanduser(), pace, health)
    if spec == "stdin":
        from daemon.audio.stdin import StdinSource

        return StdinSource(pace, health)
    if spec not in {"mic", "demo"}:
        raise UsageError(
            f'There is no source "{spec}".', "Choose mic, demo, stdin, or file: and a path."
        )
    if pace != "realtime":
        raise UsageError(
            f'The source "{spec}" never ends and has only its own pace.',
            "Leave --pace out, or play a recording.",
        )
    if spec == "demo":
        from daemon.audio.demo import DemoSource

        return DemoSource(health)
    from daemon.audio.microphone import MicrophoneSource

    return MicrophoneSource(device, health)
