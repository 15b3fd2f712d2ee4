import json
from pathlib import Path

import jsonschema
import pytest

from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339, wall_seconds
from daemon.wire.client import Ack, Hello
from daemon.wire.schema import main, rendered, schemas

DOCUMENTED = Path(__file__).parents[3] / "docs" / "schema"

ALERT = AlertEvent(
    time=rfc3339(1_700_000_000.25),
    stream_s=1.0,
    id="a",
    phase="raised",
    kind="scream",
    level="critical",
    score=0.97,
    evidence={},
    emotions=(),
    sounds=(),
    why="A scream.",
    source="file",
    onset_s=0.5,
)


def test_the_documented_schemas_are_current():
    documented = {path.name: path.read_text() for path in DOCUMENTED.glob("*.schema.json")}
    assert documented == rendered(), "run: python -m daemon.wire.schema docs/schema"


def test_writing_removes_what_is_no_longer_said(tmp_path):
    (tmp_path / "old.schema.json").write_text("{}")
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(rendered())
    assert main([]) == 2


@pytest.mark.parametrize("name", sorted(schemas()))
def test_each_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


def test_every_key_of_an_alert_is_promised():
    message = json.loads(ALERT.model_dump_json())
    for name in ("alert", "server"):
        jsonschema.validate(message, schemas()[name])
    for key in message:
        lacking = {other: value for other, value in message.items() if other != key}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(lacking, schemas()["alert"])


@pytest.mark.parametrize(
    ("key", "value"), [("time", "yesterday"), ("score", 1.5), ("kind", "bang"), ("extra", 1)]
)
def test_an_alert_that_breaks_the_promise_is_seen(key, value):
    message = json.loads(ALERT.model_dump_json()) | {key: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(message, schemas()["alert"])


def test_what_a_client_may_leave_out():
    jsonschema.validate({"type": "hello"}, schemas()["hello"])
    for message in (
        Hello(type="hello", token="t", since=3, epoch="e"),
        Ack(type="ack", id="1", alert="a"),
    ):
        jsonschema.validate(json.loads(message.model_dump_json()), schemas()["client"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "ack", "alert": "a"}, schemas()["client"])


def test_time_is_rfc_3339_in_utc():
    assert rfc3339(0.5) == "1970-01-01T00:00:00.500000Z"
    assert wall_seconds(rfc3339(1_700_000_000.25)) == 1_700_000_000.25
