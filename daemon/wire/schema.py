"""Writes the JSON Schema of every message: ``python -m daemon.wire.schema docs/schema``.

``client.schema.json`` and ``server.schema.json`` accept any message of that side; each of the
others accepts one type. What the daemon sends has every key; what a client sends may leave out
the keys that have a default. ``utterance`` is what ``distressd replay`` prints beside alerts.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from daemon.wire.alert import AlertEvent
from daemon.wire.channels import Channels, SendTest, ShowChannels
from daemon.wire.client import (
    Ack,
    AnyRequest,
    FalseAlarm,
    Forget,
    Hello,
    Pause,
    Resume,
    Revoke,
    SignIn,
)
from daemon.wire.history import (
    Alerts,
    AlertStory,
    Hours,
    ListAlerts,
    ListHours,
    ListMinutes,
    Minutes,
    ShowAlert,
)
from daemon.wire.server import (
    SERVER,
    Error,
    Feedback,
    Ok,
    PartChanged,
    SignInCode,
    Snapshot,
    SourceChanged,
    Telemetry,
    TelemetryBatch,
    Vitals,
)
from daemon.wire.settings import ChangeSettings, Settings, ShowSettings
from daemon.wire.utterance import UtteranceEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"

AnyClientMessage = Annotated[Hello | AnyRequest, Field(discriminator="type")]

FROM_CLIENT: dict[str, Any] = {
    "hello": Hello,
    "ack": Ack,
    "false_alarm": FalseAlarm,
    "revoke": Revoke,
    "forget": Forget,
    "pause": Pause,
    "resume": Resume,
    "sign_in": SignIn,
    "list_alerts": ListAlerts,
    "show_alert": ShowAlert,
    "list_hours": ListHours,
    "list_minutes": ListMinutes,
    "show_settings": ShowSettings,
    "change_settings": ChangeSettings,
    "show_channels": ShowChannels,
    "send_test": SendTest,
    "client": AnyClientMessage,
}
FROM_SERVER: dict[str, Any] = {
    "snapshot": Snapshot,
    "alert": AlertEvent,
    "source": SourceChanged,
    "part": PartChanged,
    "feedback": Feedback,
    "telemetry": Telemetry,
    "telemetry_batch": TelemetryBatch,
    "vitals": Vitals,
    "sign_in_code": SignInCode,
    "alerts": Alerts,
    "alert_story": AlertStory,
    "hours": Hours,
    "minutes": Minutes,
    "settings": Settings,
    "channels": Channels,
    "ok": Ok,
    "error": Error,
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every message by the name of its file, less ``.schema.json``."""
    described = {
        name: _schema(TypeAdapter(kind), "validation") for name, kind in FROM_CLIENT.items()
    }
    described |= {
        name: _schema(TypeAdapter(kind), "serialization") for name, kind in FROM_SERVER.items()
    }
    described["server"] = _schema(SERVER, "serialization")
    described["utterance"] = _schema(TypeAdapter(UtteranceEvent), "serialization")
    return described


def rendered() -> dict[str, str]:
    """The text of every schema file by its name."""
    return {
        f"{name}.schema.json": json.dumps(schema, indent=2) + "\n"
        for name, schema in schemas().items()
    }


def write(folder: Path) -> None:
    """Write every schema into ``folder`` and remove those of messages that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    files = rendered()
    for stale in {path.name for path in folder.glob("*.schema.json")} - set(files):
        (folder / stale).unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _schema(
    adapter: TypeAdapter[Any], mode: Literal["validation", "serialization"]
) -> dict[str, Any]:
    return {"$schema": DIALECT, **adapter.json_schema(mode=mode)}


def main(arguments: list[str]) -> int:
    """Write to the folder named by the one argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m daemon.wire.schema FOLDER\n")
        return 2
    write(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
