"""Against real servers that stop and start."""

import asyncio
import importlib.util
from contextlib import aclosing
from pathlib import Path

import pytest

from daemon.client import subscribe
from daemon.errors import ServeError, UsageError
from daemon.wire.alert import AlertEvent
from daemon.wire.server import Snapshot, Telemetry

TOKEN = "t" * 43
PATIENCE_S = 60

# The fixtures of the server's own tests: a real journal, and a real server on a free port.
_spec = importlib.util.spec_from_file_location(
    "serve_conftest", Path(__file__).parents[1] / "serve" / "conftest.py"
)
_serve = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_serve)
start = _serve.start
daemon = _serve.daemon


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr("daemon.client.subscription.FIRST_RETRY_S", 0.01)
    monkeypatch.setattr("daemon.client.subscription.LONGEST_RETRY_S", 0.05)


def run(test):
    async def patiently():
        async with asyncio.timeout(PATIENCE_S):
            return await test()

    return asyncio.run(patiently())


def test_alerts_come_as_the_daemons_own_types(daemon):
    async def test():
        said = []
        async with aclosing(
            subscribe(daemon.server.url, TOKEN, on_connection=said.append)
        ) as events:
            assert isinstance(await anext(events), Snapshot)
            daemon.alert("a")
            event = await anext(events)
            assert isinstance(event, AlertEvent)
            assert (event.id, event.phase, event.kind) == ("a", "raised", "scream")
        assert said == [f"Connected to {daemon.server.url}."]

    run(test)


def test_each_event_comes_once_and_in_order_over_restarts(start, tmp_path):
    first = start()
    port = first.server.port
    running = [first]

    async def test():
        seen = []
        async with aclosing(subscribe(first.server.url, TOKEN)) as events:
            assert isinstance(await anext(events), Snapshot)
            for round_ in range(3):
                running[-1].alert(f"during {round_}")
                event = await anext(events)
                seen.append((event.seq, event.id, event.phase))
                running[-1].alert(f"during {round_}", "cleared")
                event = await anext(events)
                seen.append((event.seq, event.id, event.phase))
                await asyncio.to_thread(running[-1].stop)
                running.append(await asyncio.to_thread(start, tmp_path, port=port))
                running[-1].alert(f"between {round_}")
                running[-1].alert(f"between {round_}", "cleared")
                while len(seen) < 4 * (round_ + 1):
                    event = await anext(events)
                    if isinstance(event, AlertEvent):
                        seen.append((event.seq, event.id, event.phase))
        return seen

    seen = run(test)
    assert [seq for seq, _, _ in seen] == list(range(1, 13))
    names = [f"{when} {n}" for n in range(3) for when in ("during", "during", "between", "between")]
    assert [name for _, name, _ in seen] == names


def test_it_goes_on_where_an_earlier_subscription_ended(daemon):
    for name in "abc":
        daemon.alert(name)

    async def test():
        epoch = daemon.journal.epoch
        async with aclosing(subscribe(daemon.server.url, TOKEN, since=1, epoch=epoch)) as events:
            assert isinstance(await anext(events), Snapshot)
            assert [(await anext(events)).id for _ in "bc"] == ["b", "c"]

    run(test)


def test_it_waits_for_a_daemon_and_finds_it_by_its_state_folder(tmp_path):
    async def test():
        said = asyncio.Queue()
        events = subscribe(state=tmp_path, on_connection=said.put_nowait)
        waiting = asyncio.ensure_future(anext(events))
        assert "No daemon runs with the state folder" in await said.get()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    run(test)


def test_telemetry(daemon):
    async def test():
        async with aclosing(subscribe(daemon.server.url, TOKEN, telemetry=True)) as events:
            assert isinstance(await anext(events), Snapshot)
            message = Telemetry(
                time="2026-01-01T00:00:00.000000Z",
                stream_s=1.0,
                level_db=-40.0,
                floor_db=-60.0,
                gate=True,
                distress=0.5,
                infant=0.1,
                score=0.4,
                posterior={},
                sounds=(),
            )
            daemon.server.publish_telemetry(message)
            assert await anext(events) == message

    run(test)


@pytest.mark.parametrize(
    ("url", "token", "error"),
    [(None, "wrong", ServeError), ("http://127.0.0.1:1", TOKEN, UsageError)],
)
def test_what_does_not_pass_ends_it(daemon, url, token, error):
    async def test():
        with pytest.raises(error):
            await anext(subscribe(url or daemon.server.url, token))

    run(test)
