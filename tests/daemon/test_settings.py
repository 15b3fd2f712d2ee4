import stat

import pytest

from daemon.config.load import load_config, own_config, shipped_config
from daemon.config.schema import Config
from daemon.errors import ConfigError, UsageError
from daemon.settings import LIVE, LiveSettings

MINE = """version = 1
# mine
[fusion.threshold]
warning = 0.71  # less at night
"""


class Live:
    """Live settings over one file, and how often it was to be read again."""

    def __init__(self, path):
        self.path, self.reloads = path, 0
        self.settings = LiveSettings(self.in_force, lambda: path, self.reload, lambda: "")

    def in_force(self):
        return load_config(self.path) if self.path.exists() else Config()

    def reload(self):
        self.reloads += 1

    def told(self):
        return self.settings.told("2026-01-01T00:00:00.000000Z", 0.0)


@pytest.fixture
def live(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    path.chmod(0o640)
    return Live(path)


def test_a_change_is_in_the_file_and_in_force(live):
    live.settings.change({"fusion.threshold.warning": 0.8, "quiet_hours.start": "23:30:00"})
    assert live.reloads == 1
    assert live.told().values["fusion.threshold.warning"] == 0.8
    assert live.told().values["quiet_hours.start"] == "23:30:00"
    text = live.path.read_text()
    assert "# mine" in text
    assert "# less at night" in text
    assert stat.S_IMODE(live.path.stat().st_mode) == 0o640
    assert [path.name for path in live.path.parent.iterdir()] == ["config.toml"]


def test_the_rules_of_each_channel_are_among_them(live):
    live.path.write_text(f'{MINE}[notify.command.bell]  # by the door\ncommand = ["/bin/ring"]\n')
    bell = {name: value for name, value in live.told().values.items() if "bell" in name}
    assert bell == {
        "notify.command.bell.enabled": True,
        "notify.command.bell.level": "warning",
        "notify.command.bell.cooldown_s": 0.0,
        "notify.command.bell.escalate_after_s": 0.0,
    }
    live.settings.change({"notify.command.bell.level": "critical"})
    assert live.told().values["notify.command.bell.level"] == "critical"
    assert "# by the door" in live.path.read_text()
    for name in ("notify.command.bell.command", "notify.command.horn.level"):
        with pytest.raises(UsageError, match="cannot be changed"):
            live.settings.change({name: "critical"})


def test_every_live_setting_is_told_and_can_be_written_back(live):
    told = live.told()
    assert tuple(told.values) == LIVE
    assert told.file == str(live.path)
    assert told.fixed == ""
    before = load_config(live.path)
    live.settings.change(told.values)
    assert load_config(live.path) == before


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"fusion.threshold.warning": 0.95}, "ascend"),
        ({"fusion.threshold.warning": 7.0}, "must be below 1"),
        ({"fusion.threshold.warning": "high"}, "must be a number"),
        ({"quiet_hours.start": "25:00"}, "time of day"),
        ({"notify.level": 'x"\n[serve]\nhost = "0.0.0.0'}, "must be"),
        ({"quiet_hours.enabled": 1.5, "notify.desktop": "yes"}, "true or false"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(live, values, problem):
    with pytest.raises(ConfigError, match=problem):
        live.settings.change(values)
    assert live.path.read_text() == MINE
    assert live.reloads == 0


@pytest.mark.parametrize("name", ["serve.host", "audio.source", "fusion", "version", "x"])
def test_nothing_else_can_be_changed(live, name):
    with pytest.raises(UsageError, match="cannot be changed"):
        live.settings.change({name: "x"})
    assert live.path.read_text() == MINE


def test_a_form_that_is_not_rewritten_is_left_alone(live):
    live.path.write_text("fusion = { threshold = { warning = 0.75 } }\n")
    with pytest.raises(ConfigError, match=r"not rewritten.*by hand"):
        live.settings.change({"fusion.threshold.warning": 0.8})


def test_the_first_change_begins_the_users_own_file(tmp_path, monkeypatch):
    monkeypatch.delenv("DISTRESSD_CONFIG")
    monkeypatch.setattr("daemon.config.load.user_config_path", lambda name: tmp_path / "etc" / name)
    live = Live(own_config())
    assert live.told().fixed == ""
    live.settings.change({"notify.level": "critical"})
    assert own_config() == tmp_path / "etc" / "distressd" / "config.toml"
    assert load_config().notify.level == "critical"


def test_the_shipped_file_is_never_written():
    live = Live(shipped_config())
    assert "comes with distressd" in live.told().fixed
    with pytest.raises(UsageError, match="comes with distressd"):
        live.settings.change({"notify.level": "critical"})


def test_without_a_file_nothing_can_be_changed():
    settings = LiveSettings(Config, None, lambda: None, lambda: "")
    assert "without a configuration file" in settings.told("2026-01-01T00:00:00Z", 0.0).fixed
    with pytest.raises(UsageError, match="without a configuration file"):
        settings.change({"notify.level": "critical"})
