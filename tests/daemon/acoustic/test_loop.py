"""The hop loop: what it hears does not depend on how it is read."""

import dataclasses
import itertools
import threading
from collections.abc import Callable, Collection, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.loop import NOTABLE, QUIET_HOPS, REPORTED_HOPS, HopLoop
from daemon.audio.ring import Ring
from daemon.audio.scene import render
from daemon.config.schema import ConfirmMs, Fusion
from daemon.pipeline import quiet_hops
from models.ear.by_frames import FrameEar
from models.features.constants import HOP
from models.networks import weights
from models.sounds.groups import AROUND
from models.sounds.student import Student, load

PATIENCE_S = 60.0


def nervous_ear() -> FrameEar:
    """One that is alarmed now and then by the voices of the scene, without sound events."""
    found = weights.load(None)
    found.metadata["calibration"]["voice"] |= {"features": ["odds"], "bias": [1.0, -20.0]}
    found.metadata["calibration"]["voice"]["weight"] = [[0.8], [0.0]]
    return FrameEar(found, None)


def heard(
    samples: np.ndarray,
    quiet: int,
    block: int,
    between: Callable[[HopLoop], None] = lambda _: None,
    gaps: Collection[int] = (),
    told: Callable[[Sequence[AcousticEvidence]], None] = lambda _: None,
    ear: FrameEar | None = None,
) -> list[AcousticEvidence]:
    """Evidence of a loop over ``samples`` that come in blocks, without when it was made.

    ``gaps``: where, between two blocks, the stream breaks.
    """
    ring = Ring(len(samples) + HOP)
    found: list[AcousticEvidence] = []
    failures: list[BaseException] = []

    def emit(some: Sequence[AcousticEvidence]) -> None:
        found.extend(some)
        told(some)

    ear = ear or nervous_ear()
    loop = HopLoop(ring, ring.reader("hop"), ear, emit, failures.append, quiet_hops=quiet)
    loop.start()
    for at in range(0, len(samples), block):
        if at in gaps:
            ring.interrupt()
        ring.write(samples[at : at + block])
        between(loop)
    ring.close()
    assert loop.ended.wait(PATIENCE_S)
    assert not failures
    assert loop.hops == len(samples) // HOP
    return [dataclasses.replace(one, ring_ns=0, hop_ns=0) for one in found]


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    return render()[: 20 * 100 * HOP]


def test_reading_several_hops_at_once_changes_nothing_that_is_heard(scene: np.ndarray) -> None:
    one_by_one = heard(scene, 1, HOP)
    assert any(one.distress >= NOTABLE for one in one_by_one)
    assert heard(scene, QUIET_HOPS, HOP) == one_by_one
    assert heard(scene, QUIET_HOPS, 7 * HOP + 3) == one_by_one


def test_reading_fewer_at_once_from_now_on_changes_nothing_that_is_heard(scene: np.ndarray) -> None:
    changing = itertools.cycle((1, 3, QUIET_HOPS, 7))
    found = heard(scene, QUIET_HOPS, HOP, lambda loop: loop.reconfigure(next(changing)))
    assert found == heard(scene, 1, HOP)


@pytest.mark.parametrize(("attribute", "value"), [("watched", True), ("_alone", lambda: False)])
def test_who_looks_on_and_whatever_speaks_beside_sound_are_told_of_each_reported_hop_at_once(
    scene: np.ndarray, attribute: str, value: object
) -> None:
    told: list[Sequence[AcousticEvidence]] = []

    def watch(loop: HopLoop) -> None:
        setattr(loop, attribute, value)

    found = heard(scene, QUIET_HOPS, HOP, watch, told=told.append)
    assert found == heard(scene, 1, HOP)
    spans = [(some[-1].sample - some[0].sample) // HOP for some in told]
    assert max(spans[1:]) < REPORTED_HOPS, "the first read was under way when it was set"


def test_every_notable_hop_is_reported_and_every_fifth_of_the_others(scene: np.ndarray) -> None:
    found = heard(scene, QUIET_HOPS, HOP)
    hops = {one.sample // HOP: one for one in found}
    assert set(range(REPORTED_HOPS, len(scene) // HOP + 1, REPORTED_HOPS)) <= set(hops)
    for hop, one in hops.items():
        assert hop % REPORTED_HOPS == 0 or max(one.distress, one.infant) >= NOTABLE


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_no_alert_can_be_confirmed_while_several_hops_are_read_at_once(
    warning: int, overwhelming: int
) -> None:
    config = Fusion(confirm_ms=ConfirmMs(warning=warning), overwhelming_ms=overwhelming)
    several = quiet_hops(config)
    assert 1 <= several <= QUIET_HOPS
    assert several == 1 or several * 10 <= min(warning, overwhelming, 200)


def test_glass_shots_and_alarms_are_told_beside_the_strongest_classes(scene: np.ndarray) -> None:
    ear = FrameEar(weights.load(None), Student(load()))
    last = heard(scene[: 200 * HOP], QUIET_HOPS, HOP, ear=ear)[-1].events
    assert last is not None
    assert len(last.top) == 3
    assert set(last.around) == set(AROUND)
    assert ear.window is not None
    assert last.around == ear.window.around


def test_a_gap_within_a_read_parts_what_it_parts_in_single_hops(scene: np.ndarray) -> None:
    gaps = {hop * HOP for hop in (203, 207, 555, 998, 1_001, 1_300)}
    one_by_one = heard(scene, 1, HOP, gaps=gaps)
    assert one_by_one != heard(scene, 1, HOP)
    assert heard(scene, QUIET_HOPS, HOP, gaps=gaps) == one_by_one


def test_an_ear_that_fails_ends_the_loop_and_is_told(scene: np.ndarray) -> None:
    ring = Ring(len(scene) + HOP)
    failures: list[BaseException] = []
    told = threading.Event()

    def failed(error: BaseException) -> None:
        failures.append(error)
        told.set()

    def refuse(_: Sequence[AcousticEvidence]) -> None:
        raise RuntimeError("full")

    loop = HopLoop(ring, ring.reader("hop"), nervous_ear(), refuse, failed)
    loop.start()
    ring.write(scene)
    assert told.wait(PATIENCE_S)
    assert loop.ended.wait(PATIENCE_S)
    assert str(failures[0]) == "full"


def test_a_hop_that_the_ring_overtakes_while_it_is_heard_ends_nothing() -> None:
    ring = Ring(8 * HOP)
    ear = nervous_ear()
    step, steps = ear.step, itertools.count(1)

    def overtaken(hop: np.ndarray) -> None:
        step(hop)
        if next(steps) == REPORTED_HOPS:
            for _ in range(100):
                ring.write(np.zeros(HOP, np.float32))
            ring.close()

    ear.step = overtaken  # type: ignore[method-assign]
    found: list[AcousticEvidence] = []
    failures: list[BaseException] = []
    loop = HopLoop(ring, ring.reader("hop"), ear, found.extend, failures.append, quiet_hops=1)
    ring.write(np.zeros(REPORTED_HOPS * HOP, np.float32))
    loop.start()
    assert loop.ended.wait(PATIENCE_S)
    assert not failures
    assert found[0].sample == REPORTED_HOPS * HOP
    assert loop.lost_samples > 0
