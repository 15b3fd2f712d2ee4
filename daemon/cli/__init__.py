"""The command line. Commands are imported when they are called: starting up is a budget."""

import click

from daemon.cli.group import MainGroup

COMMANDS = {
    "run": ("daemon.cli.run:run", "Listen, raise alerts and serve subscribers."),
    "dashboard": ("daemon.cli.dashboard:dashboard", "Open the dashboard in the browser."),
    "listen": ("daemon.cli.listen:listen", "Show alerts as they happen."),
    "top": ("daemon.cli.top:top", "Show meters, emotions, alerts and health, live."),
    "status": ("daemon.cli.status:status", "Say whether the daemon runs, and how it is."),
    "replay": ("daemon.cli.replay:replay", "Run the whole pipeline over recordings."),
    "analyze": ("daemon.cli.analyze:analyze", "Give one verdict for each recording."),
    "devices": ("daemon.cli.devices:devices", "List the microphones."),
    "doctor": ("daemon.cli.doctor:doctor", "Find out what is missing here, and how to mend it."),
    "support-dump": (
        "daemon.cli.support_dump:support_dump",
        "Pack what somebody who helps needs; no sound, no words.",
    ),
    "config": ("daemon.cli.config:config", "Check the configuration, show or migrate it."),
    "pause": ("daemon.cli.pause:pause", "Raise no alerts for a while; ends by itself."),
    "resume": ("daemon.cli.pause:resume", "End a pause."),
    "alerts": ("daemon.cli.alerts:alerts", "Look at past alerts, answer them, export them."),
    "report": ("daemon.cli.report:report", "Write a page with pictures of what happened."),
    "forget": ("daemon.cli.forget:forget", "Remove what is kept, for good."),
    "clips": ("daemon.cli.clips:clips", "Listen to the sound around alerts, where it is kept."),
    "rooms": ("daemon.cli.rooms:rooms", "Show every daemon that reports to one MQTT broker."),
    "notify": ("daemon.cli.notify:notify", "Try the notification channels."),
    "models": ("daemon.cli.models:models", "List, fetch and verify the model files."),
    "service": ("daemon.cli.service:service", "Have it start by itself, and be started again."),
    "bench": ("daemon.cli.bench:bench", "Measure speed and footprint on this machine."),
    "data": ("daemon.cli.data:data", "Check the recordings to train and measure with."),
    "train": ("daemon.cli.train:train", "Train the acoustic network."),
    "tune": ("daemon.cli.tune:tune", "Find how a language model is best asked, or train it."),
    "evaluate": ("daemon.cli.evaluate:evaluate", "Measure what it hears on recordings."),
    "export": ("daemon.cli.export:export", "Write the network for use with torch alone."),
}


@click.group(
    cls=MainGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`distressd COMMAND --help` explains a command. Sound never leaves this machine.",
)
@click.version_option(package_name="distressd", message="distressd %(version)s")
@click.option("--debug", is_flag=True, help="Show tracebacks; may stand after the command too.")
def main(*, debug: bool) -> None:
    """Listen, on this machine, for a person in distress, and say so at once."""
