import stat
import tomllib

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from daemon.cli import main
from daemon.config.load import read_config
from daemon.config.migration import MIGRATIONS, drop, migrate, move
from daemon.config.toml import document_text
from daemon.errors import ConfigError

STEPS = {
    1: lambda document: move(document, ("log", "verbosity"), ("log", "level")),
    2: lambda document: [
        *move(document, ("log", "ring"), ("audio", "ring_s")),
        *drop(document, ("audio", "gain"), "it is found by itself"),
    ],
}
OLD = {"log": {"verbosity": "debug", "ring": 20.0}, "audio": {"gain": 3}}


@pytest.fixture
def steps(monkeypatch):
    """Three versions of the format, of which this one is the last."""
    for module in ("migration", "load"):
        monkeypatch.setattr(f"daemon.config.{module}.migrate", lambda data: migrate(data, STEPS))
    from daemon.config.schema import Config

    class Later(Config):
        version: int = 3

    monkeypatch.setattr("daemon.config.load.Config", Later)


def test_every_step_is_taken_once_and_told():
    document, notes = migrate({key: dict(value) for key, value in OLD.items()}, STEPS)
    assert document == {"version": 3, "log": {"level": "debug"}, "audio": {"ring_s": 20.0}}
    assert notes == [
        "[log] verbosity is now [log] level.",
        "[log] ring is now [audio] ring_s.",
        "[audio] gain is gone: it is found by itself.",
    ]
    assert migrate(document, STEPS) == (document, [])


def test_a_value_under_the_new_name_wins():
    document, _ = migrate({"log": {"verbosity": "debug", "level": "error"}}, STEPS)
    assert document["log"] == {"level": "error"}


@pytest.mark.parametrize("odd", [{"log": 3}, {"log": {"verbosity": {}}}, {"audio": []}, {}])
def test_odd_documents_are_left_to_validation(odd):
    migrate(odd, STEPS)


@pytest.mark.parametrize("version", ["2", True, 0, -1, 2.5, 4])
def test_a_version_that_is_not_known_is_left_to_validation(version):
    assert migrate({"version": version}, STEPS) == ({"version": version}, [])


def test_a_later_version_is_refused_with_the_remedy(tmp_path):
    path = tmp_path / "config.toml"
    newest = max(MIGRATIONS, default=0) + 1
    path.write_text(f"version = {newest + 1}\n")
    with pytest.raises(ConfigError, match="needs a later distressd"):
        read_config(path)


def test_the_daemon_reads_an_old_file_and_the_command_rewrites_it(steps, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(document_text(OLD))
    path.chmod(0o600)  # it may hold passwords
    before = path.read_bytes()
    assert read_config(path).config.log.level == "debug"
    assert path.read_bytes() == before
    done = CliRunner().invoke(main, ["config", "migrate", "--config", str(path)])
    assert done.exit_code == 0, done.output
    assert "[log] verbosity is now [log] level." in done.stdout
    assert tomllib.loads(path.read_text())["audio"] == {"ring_s": 20.0}
    kept = tmp_path / "config.toml.before-migration"
    assert kept.read_bytes() == before
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, kept)] == [0o600, 0o600]
    assert len(list(tmp_path.iterdir())) == 2
    again = CliRunner().invoke(main, ["config", "migrate", "--config", str(path)])
    assert "is up to date" in again.stdout


text = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.one_of(st.booleans(), st.integers(-(2**62), 2**62), text, st.lists(st.integers(0, 9)))
tables = st.recursive(
    st.dictionaries(text.filter(bool), plain, max_size=4),
    lambda inner: st.dictionaries(text.filter(bool), st.one_of(plain, inner), max_size=4),
    max_leaves=8,
)


@given(tables)
def test_what_is_written_reads_the_same(document):
    assert tomllib.loads(document_text(document)) == document
