"""The benchmarks run and report what they promise; how fast a machine is, no test decides."""

import json

import pytest
from click.testing import CliRunner

from daemon.bench.latency import STAGES
from daemon.bench.percentiles import percentiles
from daemon.cli import main


def bench(*words):
    done = CliRunner().invoke(main, ["bench", *map(str, words), "--json"])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_percentiles():
    values = [float(value) for value in range(101)]
    assert percentiles(values) == {"p50": 50.0, "p99": 99.0}
    assert percentiles(values, maximum=True)["max"] == 100.0


@pytest.mark.slow
def test_hop_equals_the_reference(scene_recording):
    pytest.importorskip("librosa")
    figures = bench("hop", "--recording", scene_recording)
    assert list(figures) == [
        *("frames", "hop_us", "reference_us", "ratio", "mfcc_max_abs_diff"),
        *("posterior_max_abs_diff", "hop_with_sound_events_us"),
    ]
    assert set(figures["hop_us"]) == {"p50", "p99"}
    assert set(figures["reference_us"]) == {"p50"}
    assert figures["frames"] > 100
    assert figures["ratio"] > 0
    assert 0 <= figures["mfcc_max_abs_diff"] <= 1e-3
    assert 0 <= figures["posterior_max_abs_diff"] <= 1e-3


@pytest.mark.slow
def test_latency_of_real_alerts_and_none_is_lost(sound_events):
    figures = bench("latency", "--alerts", 3)
    assert list(figures) == ["alerts", "lost", "load", "ms", "stages"]
    assert (figures["alerts"], figures["lost"], figures["load"]) == (3, 0, 0)
    assert set(figures["ms"]) == {"p50", "p99", "max"}
    assert 0 < figures["ms"]["p50"] <= figures["ms"]["max"]
    assert set(figures["stages"]) == set(STAGES)
    parts = figures["stages"]["hop"]["p50"] + figures["stages"]["fusion"]["p50"]
    assert 0 < parts < figures["ms"]["max"]


@pytest.mark.slow
def test_idle():
    figures = bench("idle", "--seconds", 5)
    assert list(figures) == ["rss_mb", "cpu_pct", "start_ms"]
    assert figures["rss_mb"] > 0
    assert set(figures["cpu_pct"]) == {"silence", "speech"}
    assert all(share > 0 for share in figures["cpu_pct"].values())
    assert figures["start_ms"] > 0
