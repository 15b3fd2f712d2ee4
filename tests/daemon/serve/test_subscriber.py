import asyncio
import json

import pytest

from daemon.serve.admission import TRY_LATER
from daemon.serve.subscriber import TELEMETRY_QUEUE, Path, Subscriber


class Wire:
    """A connection that takes messages when it is told to."""

    def __init__(self):
        self.sent = []
        self.open = asyncio.Event()

    async def send(self, text):
        await self.open.wait()
        self.sent.append(text)


async def settled(subscriber):
    while not subscriber.idle:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)


@pytest.fixture
def run():
    """Runs a scene with a subscriber (room for three), its wire, and its writing."""

    def run_(scene, after_seq=0, batch=1):
        async def stage():
            wire = Wire()
            subscriber = Subscriber(wire, Path.ALERTS, limit=3, batch=batch)
            writing = asyncio.ensure_future(subscriber.write(after_seq))
            await asyncio.sleep(0)
            await scene(subscriber, wire)
            wire.open.set()
            await settled(subscriber)
            writing.cancel()
            return wire.sent

        return asyncio.run(stage())

    return run_


def test_what_was_replayed_is_not_sent_again(run):
    async def scene(subscriber, wire):
        for seq in (3, 4, 5):
            subscriber.offer(str(seq), seq=seq)

    assert run(scene, after_seq=4) == ["5"]


def test_nothing_follows_a_gap(run):
    async def scene(subscriber, wire):
        for seq in range(1, 5):
            subscriber.offer(str(seq), seq=seq)
        assert subscriber.overflow.result().code == TRY_LATER
        wire.open.set()
        await settled(subscriber)
        subscriber.offer("5", seq=5)

    assert run(scene) == ["1", "2", "3"]


def test_alerts_come_before_telemetry_and_only_telemetry_is_dropped(run):
    async def scene(subscriber, wire):
        offered = [
            subscriber.offer_telemetry(f"t{number}") for number in range(TELEMETRY_QUEUE + 2)
        ]
        assert offered == [True] * TELEMETRY_QUEUE + [False, False]
        subscriber.offer("alert", seq=1)

    assert run(scene) == ["alert", *(f"t{number}" for number in range(2, TELEMETRY_QUEUE + 2))]


def test_samples_that_come_together_lag_no_further_behind(run, sample):
    batches = TELEMETRY_QUEUE // 4

    async def scene(subscriber, wire):
        room = [subscriber.gather(sample(float(n))) for n in range(4 * batches + 6)]
        assert room == [n != 4 * batches + 3 for n in range(4 * batches + 6)]
        subscriber.offer("alert", seq=1)

    alert, *told = run(scene, batch=4)
    assert alert == "alert"
    heard = [one["stream_s"] for text in told for one in json.loads(text)["samples"]]
    assert heard == list(range(4, 4 * batches + 4)), "the oldest went, and two are still gathered"
