from datetime import time

from daemon.config.changes import changes, merged
from daemon.config.notify import Notify
from daemon.config.schema import Clips, Config, Fusion, Log, Privacy, QuietHours, Serve, Thresholds


def test_nothing_changes():
    found = changes(Config(), Config())
    assert (found.live, found.waiting) == ((), ())


def test_what_changes_at_once_and_what_waits():
    new = Config(
        fusion=Fusion(threshold=Thresholds(advisory=0.5)),
        quiet_hours=QuietHours(enabled=True, start=time(21, 0)),
        notify=Notify(level="critical"),
        privacy=Privacy(transcripts=True),
        clips=Clips(after_s=9.0),
        log=Log(level="debug"),
        serve=Serve(port=9_000),
    )
    found = changes(Config(), new)
    assert found.live == (
        "[fusion] threshold",
        "[quiet_hours] enabled",
        "[quiet_hours] start",
        "[notify] level",
        "[privacy] transcripts",
        "[clips] after_s",
        "[log] level",
    )
    assert found.waiting == ("[serve] port",)
    now = merged(Config(), new)
    assert now.fusion.threshold.advisory == 0.5
    assert now.serve.port == Config().serve.port
    assert changes(now, new).live == ()
