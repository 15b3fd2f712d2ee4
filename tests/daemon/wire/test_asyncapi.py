import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from daemon.wire.asyncapi import document, main, rendered
from daemon.wire.client import AnyRequest, Hello
from daemon.wire.server import AnyServerMessage

DOCUMENT = Path(__file__).parents[3] / "docs" / "asyncapi.json"


@pytest.fixture(scope="module")
def described():
    return document()


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def follow(described, reference):
    found = described
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_the_document_is_current():
    assert DOCUMENT.read_text() == rendered(), (
        "run: python -m daemon.wire.asyncapi docs/asyncapi.json"
    )


def test_every_reference_leads_somewhere(described):
    found = set(references(described))
    assert len(found) > 50
    for reference in found:
        assert isinstance(follow(described, reference), dict), reference


def test_every_message_of_either_side_is_in_a_channel_and_an_operation(described):
    sides = {
        "receive": {Hello, *get_args(AnyRequest)},
        "send": set(get_args(AnyServerMessage)),
    }
    for action, models in sides.items():
        spoken = {
            follow(described, message["$ref"])["$ref"].rpartition("/")[2]
            for operation in described["operations"].values()
            if operation["action"] == action
            for message in operation["messages"]
        }
        assert spoken == {model.__name__ for model in models}


@pytest.mark.parametrize(
    ("name", "message", "is_right"),
    [
        ("Hello", {"type": "hello", "token": "t"}, True),
        ("Ack", {"type": "ack", "id": "1", "alert": "a"}, True),
        ("Ack", {"type": "ack", "id": "1"}, False),
        ("Pause", {"type": "pause", "id": "1", "seconds": 0}, False),
        (
            "Ok",
            {"type": "ok", "v": 1, "id": "1", "time": "2026-01-01T00:00:00.000000Z", "stream_s": 1},
            True,
        ),
    ],
)
def test_payloads_are_schemas_that_tell_right_from_wrong(described, name, message, is_right):
    schema = {**described, **follow(described, f"#/components/schemas/{name}")}
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(message) == is_right


def test_writing(tmp_path):
    assert main([str(tmp_path / "x.json")]) == 0
    assert json.loads((tmp_path / "x.json").read_text())["asyncapi"] == "3.0.0"
    assert main([]) == 2
