"""The benchmarks run and report what they promise; how fast a machine is, no test decides."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from daemon.bench.days import MINUTE, minutes, pcm
from daemon.bench.latency import STAGES
from daemon.bench.percentiles import interval_of_p99, percentiles
from daemon.bench.soak import Sample, slope_mb_per_day
from daemon.bench.speech import spoken
from daemon.bench.words import endure, growth
from daemon.cli import main
from daemon.config.schema import Language


def bench(*words):
    done = CliRunner().invoke(main, ["bench", *map(str, words), "--json"])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_percentiles():
    values = [float(value) for value in range(101)]
    assert percentiles(values) == {"p50": 50.0, "p99": 99.0}
    assert percentiles(values, maximum=True)["max"] == 100.0
    assert percentiles(values, tail=95) == {"p50": 50.0, "p95": 95.0}


def test_the_interval_of_the_99th_percentile_holds_it_in_95_of_100_cases():
    rng = np.random.default_rng(1)
    true = float(np.percentile(rng.lognormal(size=1_000_000), 99))
    found = [interval_of_p99(rng.lognormal(size=400)) for _ in range(1_000)]
    assert 0.92 < np.mean([low <= true <= high for low, high in found]) < 0.99
    assert interval_of_p99([1.0]) == (1.0, 1.0)


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
def test_latency_of_real_alerts_and_none_is_lost():
    figures = bench("latency", "--alerts", 3)
    assert list(figures) == ["alerts", "lost", "load", "ms", "stages"]
    assert (figures["alerts"], figures["lost"], figures["load"]) == (3, 0, 0)
    assert set(figures["ms"]) == {"p50", "p99", "max"}
    assert 0 < figures["ms"]["p50"] <= figures["ms"]["max"]
    assert set(figures["stages"]) == set(STAGES)
    parts = figures["stages"]["hop"]["p50"] + figures["stages"]["fusion"]["p50"]
    assert 0 < parts < figures["ms"]["max"]


@pytest.mark.slow
def test_latency_with_dashboards_open_every_channel_told_and_clips_kept():
    for library in ("apprise", "aiomqtt", "httpx2"):
        pytest.importorskip(library, reason="the extra 'channels' is not installed")
    figures = bench("latency", "--alerts", 3, "--dashboards", 2, "--channels", "--clips")
    assert (figures["alerts"], figures["lost"]) == (3, 0)
    assert figures["clips"] >= 2, "one of each alert, unless it came while four were open"
    dashboards, channels = figures["dashboards"], figures["channels"]
    assert dashboards["open"] == 2
    assert dashboards["alerts"] >= 2 * 3
    assert dashboards["samples"] > 2 * 20
    assert dashboards["taken"] >= 2, "the webhook and Apprise have been told"
    assert {"phone", "care", "dead", "home", "bell", "desktop"} == set(channels)
    assert channels["care"]["sent"] >= 1
    assert (channels["dead"]["sent"], channels["dead"]["waiting"] >= 1) == (0, True)


@pytest.mark.slow
def test_idle():
    figures = bench("idle", "--seconds", 5)
    assert list(figures) == ["rss_mb", "cpu_pct", "start_ms"]
    assert figures["rss_mb"] > 0
    assert set(figures["cpu_pct"]) == {"silence", "speech"}
    assert all(share > 0 for share in figures["cpu_pct"].values())
    assert figures["start_ms"] > 0


@pytest.mark.slow
def test_load_reaches_every_healthy_subscriber():
    figures = bench("load", "--subscribers", 25, "--alerts", 1)
    assert list(figures) == ["subscribers", "healthy", "alerts", "lost", "fanout_ms"]
    assert (figures["subscribers"], figures["healthy"], figures["lost"]) == (25, 23, 0)
    assert figures["alerts"] >= 1
    assert set(figures["fanout_ms"]) == {"p50", "p99", "max"}
    assert 0 < figures["fanout_ms"]["p50"] <= figures["fanout_ms"]["max"]


@pytest.mark.slow
def test_soak_hears_every_hop():
    figures = bench("soak", "--hours", 0.2, "--probes", 1)
    assert list(figures) == [
        *("hours", "rss_slope_mb_per_day", "hops_lost", "fds", "threads", "latency_ms_p99")
    ]
    assert (figures["hours"], figures["hops_lost"]) == (0.2, 0)
    for kind in ("fds", "threads"):
        before, after = figures[kind]
        assert 0 < after <= before + 3, "a request may be open, and a pool have one thread more"
    assert all(latency > 0 for latency in figures["latency_ms_p99"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_latency_beside_two_workers_that_hear_words_and_ask_the_language_model(language_models):
    figures = bench("latency", "--alerts", 6, "--language")
    assert list(figures) == [
        *("alerts", "lost", "load", "ms", "stages", "daemon_language"),
        *("answered", "judged", "by_language_model", "explained", "transcript_ms", "verdict_ms"),
        *("utterances_per_min", "in_full_queue", "batch_speedup"),
    ]
    assert (figures["alerts"], figures["lost"]) == (6, 0)
    counts = ("answered", "judged", "by_language_model", "explained")
    answered, judged, by_language_model, explained = (figures[name] for name in counts)
    assert answered == 40
    assert answered * 2 // 3 < judged <= answered, "what is spoken is believed"
    assert judged // 4 < by_language_model <= judged, "and often left in doubt"
    assert 5 <= explained < judged, "one in four, and what may raise an alert by itself"
    for name in ("transcript_ms", "verdict_ms"):
        assert set(figures[name]) == {"p50", "p95"}
        assert 0 < figures[name]["p50"] <= figures[name]["p95"]
    assert figures["transcript_ms"]["p50"] < figures["verdict_ms"]["p50"]
    assert figures["utterances_per_min"] > 0
    assert figures["batch_speedup"] > 0
    assert figures["in_full_queue"]["judged"] > 0
    for lane in (figures["in_full_queue"], figures["daemon_language"]):
        assert list(lane)[:5] == [*counts, "queue"]
        assert lane["queue"]["full"] == 22
        assert lane["queue"]["least"] >= 22 - 8, "a batch, at most, is not yet made good"


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_what_is_spoken_is_the_same_every_time_and_no_two_are_alike():
    one, again = spoken(6), spoken(6)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert len({len(sound) for sound in one}) == 6
    assert all(0.05 < np.abs(sound).max() <= 1.0 for sound in one)


def test_the_slope_is_that_of_the_line_through_the_samples():
    samples = [Sample(hours=h, rss=(100 + h) * 2**20, fds=1, threads=1) for h in range(25)]
    assert slope_mb_per_day(samples) == pytest.approx(24.0)
    assert slope_mb_per_day(samples[:1]) == 0.0


def test_a_day_has_its_length_and_its_scenes():
    scene = np.full(MINUTE + 5, 0.5, np.float32)
    day = list(minutes(scene, 1.0))
    assert len(day) == 60
    assert all(len(minute) == MINUTE * 2 for minute in day)
    loud = [number for number, minute in enumerate(day) if minute == pcm(scene[:MINUTE])]
    assert loud == [5, 15, 25, 35, 45, 55]
    assert len(set(day)) == 55


def test_growth_leaves_out_the_first_quarter():
    assert growth([100.0, 290.0, 300.0, 301.0, 301.0, 301.0, 300.0, 300.0]) == -0.5
    assert growth([float(step) for step in range(20)]) == 10.0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_worker_that_has_heard_some_utterances_is_the_same_worker(words_models):
    figures = endure(Language(llm=""), 24)
    assert figures["utterances"] == 24
    assert (figures["lost"], figures["restarts"]) == (0, 0)
    assert figures["believed"] > 5
    assert abs(figures["growth_mb"]) < 60.0
