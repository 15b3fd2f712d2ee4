import tomllib
from datetime import time

import pytest

from daemon.config.edit import NotEditable, edited
from daemon.config.load import shipped_config

WARNING = ("fusion", "threshold", "warning")


def test_a_setting_is_changed_in_its_place_and_its_comment_keeps_its_column():
    text = "[fusion.threshold]  # begin\nwarning = 0.70   # why\ncritical = 0.9\n"
    assert edited(text, {WARNING: 0.755}) == text.replace("0.70  ", "0.755 ")


def test_a_setting_that_is_not_there_comes_under_its_table():
    text = "[fusion.threshold] # begin\ncritical = 0.9\n\n[log]\n"
    assert edited(text, {WARNING: 0.75}).splitlines()[:2] == [
        "[fusion.threshold] # begin",
        "warning = 0.75",
    ]


@pytest.mark.parametrize("text", ["", "version = 1", "version = 1\n", "[log]", "[fusion]\n"])
def test_a_table_that_is_not_there_comes_at_the_end(text):
    changed = edited(text, {WARNING: 0.75, ("quiet_hours", "start"): time(23, 30)})
    assert changed.startswith(text)
    document = tomllib.loads(changed)
    assert document["fusion"]["threshold"] == {"warning": 0.75}
    assert document["quiet_hours"]["start"] == time(23, 30)


@pytest.mark.parametrize(
    "text",
    [
        "[fusion]\nthreshold = { warning = 0.7 }\n",
        "fusion.threshold.warning = 0.7\n",
        "[fusion]\nthreshold.critical = 0.95\n",
        '[fusion.threshold]\nwarning = """\n0.7"""\n',
    ],
)
def test_what_is_written_otherwise_is_left_alone(text):
    with pytest.raises(NotEditable, match="line"):
        edited(text, {WARNING: 0.75})


def test_the_shipped_file_can_be_edited_and_keeps_every_comment():
    text = shipped_config().read_text(encoding="utf-8")
    changed = edited(
        text, {WARNING: 0.75, ("notify", "level"): "critical", ("quiet_hours", "enabled"): True}
    )
    document = tomllib.loads(changed)
    assert document["fusion"]["threshold"]["warning"] == 0.75
    assert document["notify"]["level"] == "critical"
    assert document["quiet_hours"]["enabled"] is True
    assert changed.count("#") == text.count("#")
    assert len(changed.splitlines()) == len(text.splitlines())
