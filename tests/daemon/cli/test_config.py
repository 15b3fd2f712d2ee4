import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.config.load import shipped_config
from daemon.config.schema import Config


@pytest.fixture
def invoke(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DISTRESSD_CONFIG", raising=False)
    return lambda *words: CliRunner().invoke(main, ["config", *map(str, words)])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text('[serve]\nport = 9000\n[audio]\ndevice = "a \\"b\\" \\\\ c"\n')
    return path


def test_check_is_right_or_lists_every_mistake(invoke, own):
    assert invoke("check").exit_code == 0
    assert invoke("check", own).stdout == f"{own} is right.\n"
    own.write_text("[serve]\nport = 99999\nprt = 1\n")
    done = invoke("check", "--config", own)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"distressd: {own}:2: [serve] port = 99999: must be at most 65535\n"
        f'{own}:3: [serve] prt: unknown setting. Did you mean "port"?\n'
    )


def test_show_is_toml_of_everything_in_force_and_says_where_from(invoke, own, tmp_path):
    text = invoke("show", "--config", own).stdout
    assert "port = 9000" in text
    assert any(
        line.startswith("port = 9000 ") and line.endswith("# line 2") for line in text.split("\n")
    )
    again = tmp_path / "again.toml"
    again.write_text(text)
    assert invoke("check", again).exit_code == 0
    assert tomllib.loads(text)["audio"]["device"] == 'a "b" \\ c'
    assert tomllib.loads(text)["fusion"]["threshold"]["critical"] == 0.9


def test_show_as_json(invoke, own):
    shown = json.loads(invoke("show", "--config", own, "--json").stdout)
    assert shown["path"] == str(own)
    assert shown["settings"]["serve"]["port"] == 9000
    assert shown["origin"]["serve.port"] == "line 2"
    assert shown["origin"]["fusion.threshold.critical"] == "default"
    assert set(shown["settings"]) == set(Config.model_fields)


def test_without_any_file_the_shipped_one_is_in_force(invoke):
    assert json.loads(invoke("show", "--json").stdout)["path"] == str(shipped_config())
