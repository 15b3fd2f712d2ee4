"""``distressd run``: the daemon itself."""

import gc
import resource
import sys
from pathlib import Path
from typing import Literal

import click

from daemon import signals
from daemon.anew import start_anew
from daemon.cli.options import config_option
from daemon.config.load import load_config, own_config
from daemon.config.schema import Config
from daemon.errors import PartDied
from daemon.logs import setup_logging

# A thread that computes lets another in after this long (5 ms by default): an alert waits for
# the interpreter at most so long at each of its stages.
SWITCH_INTERVAL_S = 0.0005
# Collections of the youngest generation stay cheap, and are few: the hop loop makes no cycles.
GC_THRESHOLDS = (5_000, 20, 50)


@click.command()
@config_option
@click.option(
    "--source",
    metavar="SOURCE",
    help="mic, demo, stdin (raw 16-bit PCM, 16 kHz, mono) or file:PATH; default: [audio] source.",
)
@click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    default="realtime",
    show_default=True,
    help="How fast recordings are played.",
)
@click.option(
    "--or-demo",
    is_flag=True,
    help="Play the demonstration scene if this machine has no input device at all.",
)
@click.option(
    "--no-language",
    is_flag=True,
    help="Raise alerts from sound alone, as [language] enabled = false does.",
)
@click.option("--linger", is_flag=True, help="Go on serving when a recording has ended.")
def run(
    *,
    config_path: Path | None,
    source: str | None,
    pace: Literal["realtime", "max"],
    or_demo: bool,
    no_language: bool,
    linger: bool,
) -> None:
    """Listen, raise alerts and serve subscribers, until stopped.

    Sound never leaves this machine. This is an aid, not a medical or emergency device.
    """
    from daemon.service import Service

    def load() -> Config:
        config = load_config(config_path)
        if no_language:
            language = config.language.model_copy(update={"enabled": False})
            return config.model_copy(update={"language": language})
        return config

    config = load()
    setup_logging(config.log.level)
    leave_no_core()
    spec = source or config.audio.source
    if or_demo and spec == "mic":
        spec = _mic_or_demo()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(*GC_THRESHOLDS)
    drain = signals.Drain()
    service = Service(
        config,
        spec,
        pace,
        linger=linger,
        reread=load,
        settings_file=lambda: own_config(config_path),
        stopping=drain.begin,
    )
    signals.install(service.stop, service.reload, drain)
    try:
        service.run()
    except PartDied as error:
        start_anew(error.message)
        raise
    finally:
        drain.end()


def leave_no_core() -> None:
    """Have a crash leave no copy of the memory: the last seconds of sound are in it.

    Where a program collects such copies (systemd-coredump, apport, ABRT), Linux hands one over
    whatever its size may be, 0 included; a limit of one byte alone is taken for a refusal. No file
    is as small as that either.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 1 if sys.platform == "linux" and most != 0 else 0
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def _mic_or_demo() -> str:
    """The demonstration only where there is certainly no microphone.

    Devices that cannot be listed may be there in a moment: the microphone source says so, and
    tries again.
    """
    from daemon.audio.devices import input_devices
    from daemon.errors import SourceUnavailable

    try:
        if input_devices():
            return "mic"
    except SourceUnavailable:
        return "mic"
    click.echo(
        "This machine has no microphone. Playing the demonstration scene instead: its alerts are"
        " marked demo and reach no notification channel.",
        err=True,
    )
    return "demo"
