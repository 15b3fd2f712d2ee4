"""The line to a channel: what it waits for, and how it tells that something went wrong."""

import asyncio

import pytest

from daemon.notify import line as lines
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.line import Line
from daemon.notify.notice import Notice

NOTICE = Notice("title", "text", "warning", "a test")


class Odd(Channel):
    """Does what it is told to."""

    patience_s = open_patience_s = 0.01

    def __init__(self, error=None, *, hangs=False):
        self.error = error
        self.hangs = hangs
        self.gone = asyncio.Event()

    async def deliver(self, notice):
        if self.hangs:
            await asyncio.sleep(60)
        if self.error is not None:
            raise self.error

    async def lost(self):
        await self.gone.wait()

    async def close(self):
        if self.hangs:
            await asyncio.sleep(60)


def reason(channel):
    with pytest.raises(DeliveryError) as told:
        asyncio.run(Line("odd", channel).deliver(NOTICE))
    return told.value.reason


def test_it_is_waited_for_no_longer_than_its_patience(monkeypatch):
    monkeypatch.setattr(lines, "CLOSE_S", 0.01)
    assert reason(Odd(hangs=True)) == "no answer within 0.01 s"
    asyncio.run(Line("odd", Odd(hangs=True)).close())


def test_whatever_goes_wrong_is_a_failed_delivery_and_a_mistake_is_logged(caplog):
    assert reason(Odd(DeliveryError("it is full", final=True))) == "it is full"
    assert not caplog.records
    assert reason(Odd(KeyError("a bug"))) == "it failed (KeyError)"
    assert "channel odd: failed in a way that it should not" in caplog.text


def test_a_rest_ends_with_time_a_call_or_the_connection(monkeypatch):
    async def rest():
        channel, wake = Odd(), asyncio.Event()
        line = Line("odd", channel)
        channel.gone.set()
        assert not await line.rest(wake, 0.01), "nothing is lost that was not open"
        await line.open()
        assert line.is_open
        assert not line.steady
        monkeypatch.setattr(lines, "STEADY_S", 0.0)
        assert line.steady
        assert await line.rest(wake, None)
        channel.gone.clear()
        wake.set()
        assert not await line.rest(wake, None)
        await line.close()
        assert (line.is_open, line.steady) == (False, False)

    asyncio.run(rest())
