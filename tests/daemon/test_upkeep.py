import logging

import pytest

from daemon.config.schema import Config, Fusion, Log, Serve, Thresholds
from daemon.errors import ConfigError, PartDied
from daemon.health import Health
from daemon.supervision import Flow, Part, Supervision
from daemon.upkeep import Heard, Upkeep


class Daemon:
    """What the upkeep needs of one, without the one."""

    def __init__(self):
        self.health = Health()
        self.told = []
        self.applied = []
        self.alive = True
        self.read = Config
        self.heard = Heard(0.0, decided=True)
        self.upkeep = Upkeep(
            Config(),
            self.reread,
            self.applied.append,
            Supervision((Part("Fusion", lambda: self.alive),), lambda: 0.0),
            Flow(live=True),
            lambda: self.heard,
            self.told.append,
            self.health,
        )

    def reread(self):
        return self.read()


@pytest.fixture
def daemon():
    before = logging.getLogger().level
    yield Daemon()
    logging.getLogger().setLevel(before)


def test_a_microphone_that_failed_raises_a_notification_of_its_own(daemon):
    daemon.health.report("source", "ok", "a microphone", stage="healthy")
    daemon.upkeep.look()
    daemon.health.report("source", "unavailable", "It is gone.", "Plug it in.", stage="failed")
    daemon.upkeep.look()
    daemon.upkeep.look()
    assert [notice.title for notice in daemon.told] == ["distressd hears nothing"]


@pytest.mark.parametrize(
    ("stage", "told"), [("healthy", ["distressd is stuck and raises no alert"]), ("recovering", [])]
)
def test_people_are_told_where_sound_comes_and_nothing_decides(daemon, monkeypatch, stage, told):
    now = [0.0]
    monkeypatch.setattr("daemon.upkeep.time.monotonic", lambda: now[0])
    daemon.health.report("source", "ok", "a microphone", stage=stage)
    for _ in range(60):
        daemon.heard = Heard(now[0], decided=stage == "recovering")
        daemon.upkeep.look()
        now[0] += 0.5
    assert [notice.title for notice in daemon.told] == told


def test_a_death_is_passed_on(daemon):
    daemon.upkeep.look()
    daemon.alive = False
    with pytest.raises(PartDied):
        daemon.upkeep.look()


def test_a_configuration_with_mistakes_changes_nothing_until_it_is_mended(daemon):
    def wrong():
        raise ConfigError("config.toml:3: must be at most 1")

    daemon.read = wrong
    daemon.upkeep.reload()
    part = daemon.health.part("config")
    assert (part.state, part.reason) == ("degraded", "config.toml:3: must be at most 1")
    assert daemon.applied == []
    daemon.upkeep.look()
    assert [notice.title for notice in daemon.told] == ["distressd keeps its old configuration"]
    daemon.read = lambda: Config(
        fusion=Fusion(threshold=Thresholds(advisory=0.5)),
        log=Log(level="error"),
        serve=Serve(port=9_000),
    )
    daemon.upkeep.reload()
    (applied,) = daemon.applied
    assert applied.fusion.threshold.advisory == 0.5
    assert applied.serve.port == Config().serve.port
    assert logging.getLogger().level == logging.ERROR
    part = daemon.health.part("config")
    assert (part.state, part.reason) == ("ok", "Takes effect at the next start: [serve] port.")
