"""Writes the AsyncAPI document of the wire: ``python -m daemon.wire.asyncapi docs/asyncapi.json``.

It describes the same types that the daemon sends and takes (:mod:`daemon.wire.schema` writes
them as plain JSON Schema), for tools that make clients and pages from it.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from daemon.wire.client import AnyRequest, Hello
from daemon.wire.server import AnyServerMessage

ASYNCAPI = "3.0.0"
_TAKEN: tuple[type[BaseModel], ...] = (Hello, *get_args(AnyRequest))
_SENT: tuple[type[BaseModel], ...] = get_args(AnyServerMessage)
_HEARD = ("Telemetry", "TelemetryBatch", "Vitals")
_PATHS = {
    "alerts": ("/v1/alerts", "Alert events, and what changes.", _HEARD),
    "telemetry": ("/v1/telemetry", "What is heard, 20 times a second.", ("AlertEvent", "Feedback")),
}


def document() -> dict[str, Any]:
    """The document, as JSON values."""
    names = {model: model.__name__ for model in (*_TAKEN, *_SENT)}
    modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model in _TAKEN),
        *((model, "serialization") for model in _SENT),
    ]
    _, schemas = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "distressd",
            "version": version("distressd"),
            "description": "Alerts of a daemon that listens for a person in distress. The client"
            " speaks first, within two seconds: hello, with the token from the daemon's state"
            " folder. See WIRE.md.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8765",
                "protocol": "ws",
                "description": "`distressd status --json` prints where it really is.",
            }
        },
        "channels": {name: _channel(name, names) for name in _PATHS},
        "operations": {
            f"{verb}{name.capitalize()}": _operation(name, action, models, names)
            for name in _PATHS
            # As AsyncAPI has it, by what the described application, the daemon, does.
            for verb, action, models in (
                ("take", "receive", _TAKEN),
                ("tell", "send", _told(name)),
            )
        },
        "components": {
            "schemas": schemas["$defs"],
            "messages": {
                name: {
                    "name": name,
                    "summary": _first_line(model),
                    "payload": {"$ref": f"#/components/schemas/{name}"},
                }
                for model, name in names.items()
            },
        },
    }


def rendered() -> str:
    """The text of the document's file."""
    return json.dumps(document(), indent=1) + "\n"


def _told(channel: str) -> tuple[type[BaseModel], ...]:
    without = _PATHS[channel][2]
    return tuple(model for model in _SENT if model.__name__ not in without)


def _channel(name: str, names: dict[type[BaseModel], str]) -> dict[str, Any]:
    address, description, _ = _PATHS[name]
    said = [names[model] for model in (*_TAKEN, *_told(name))]
    return {
        "address": address,
        "description": description,
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in said},
    }


def _operation(
    channel: str,
    action: str,
    models: tuple[type[BaseModel], ...],
    names: dict[type[BaseModel], str],
) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{names[model]}"} for model in models],
    }


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def main(arguments: list[str]) -> int:
    """Write to the file named by the one argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m daemon.wire.asyncapi FILE\n")
        return 2
    Path(arguments[0]).write_text(rendered(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
