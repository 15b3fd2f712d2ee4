"""Ring, hop loop, slow lane and fusion as one."""

from datetime import datetime, time, timedelta

import numpy as np
import pytest

from daemon.acoustic.load import load_ear
from daemon.acoustic.loop import REPORTED_HOPS
from daemon.audio.asleep import moment
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.ring import ENDED, Ring
from daemon.config.schema import Acoustic, Config, ConfirmMs, Fusion, QuietHours, Thresholds
from daemon.errors import PartDied
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.pipeline import Pipeline, quiet_hops

CONFIG = Config(acoustic=Acoustic(sound_events=False))


def pipeline(pace="realtime", *, config=CONFIG, spec="stdin", **options):
    health = Health()
    return Pipeline(config, load_ear(config, health), spec, pace, health, print, **options)


def quiet_now():
    """Quiet hours that this moment lies in the midst of."""
    now = datetime.now().astimezone()
    return QuietHours(
        enabled=True,
        start=(now - timedelta(hours=1)).time().replace(microsecond=0),
        end=(now + timedelta(hours=1)).time().replace(microsecond=0),
    )


@pytest.mark.parametrize(
    ("pace", "in_step", "waits"),
    [("realtime", False, False), ("realtime", True, True), ("max", True, True)],
)
def test_a_stream_that_waits_for_words_loses_no_sound_meanwhile(pace, in_step, waits):
    lane = LanguageLane(CONFIG.language, Health(), lossless=in_step)
    ring = pipeline(pace, lane=lane, in_step=in_step).ring
    for _ in range(ring.capacity // 16_000):
        ring.write(np.zeros(16_000, np.float32))
    assert ring.wait_for_space(160, 0.0) is not waits


def test_quiet_hours_that_are_read_again_count_as_context():
    whole = pipeline()
    assert not whole.is_quiet(0)
    whole.reconfigure(CONFIG.model_copy(update={"quiet_hours": quiet_now()}))
    assert whole.is_quiet(0)
    never = QuietHours(enabled=False, start=time(0), end=time(12))
    whole.reconfigure(CONFIG.model_copy(update={"quiet_hours": never}))
    assert not whole.is_quiet(0)


@pytest.mark.parametrize(
    ("spec", "pace", "counts"),
    [
        ("mic", "realtime", True),
        ("stdin", "realtime", True),
        ("stdin", "max", False),
        ("file:a.wav", "realtime", False),
        ("file:a.wav", "max", False),
    ],
)
def test_the_hour_counts_only_for_what_is_heard_as_it_happens(spec, pace, counts):
    config = CONFIG.model_copy(update={"quiet_hours": quiet_now()})
    assert pipeline(pace, config=config, spec=spec).is_quiet(0) is counts


def test_a_shorter_hold_that_is_read_again_makes_the_loop_read_fewer_hops_at_once():
    whole = pipeline()
    assert whole.loop._quiet_hops == quiet_hops(CONFIG.fusion)
    short = Fusion(confirm_ms=ConfirmMs(critical=40))
    assert quiet_hops(short) < quiet_hops(CONFIG.fusion)
    whole.reconfigure(CONFIG.model_copy(update={"fusion": short}))
    assert whole.loop._quiet_hops == quiet_hops(short)


def test_where_alerts_begin_low_no_more_hops_are_read_at_once_than_are_reported_together():
    low = Fusion(threshold=Thresholds(advisory=0.4), release=0.2)
    assert quiet_hops(low) == REPORTED_HOPS < quiet_hops(Fusion())


def test_a_microphone_that_breaks_off_is_a_part_that_died():
    moments = iter([moment()])  # then the clocks fail
    microphone, ring = (
        MicrophoneSource("none such", Health(), clocks=lambda: next(moments)),
        Ring(16_000),
    )
    reader = ring.reader("test")
    microphone.start(ring)
    assert reader.read(np.empty(160, np.float32), 60.0) == ENDED
    assert isinstance(microphone.error, PartDied)
    microphone.stop()
