"""What a subscriber asks for after its hello, and the answer."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from pydantic import ValidationError

from daemon.errors import DistressdError, UsageError
from daemon.serve.admission import MALFORMED, Refusal
from daemon.serve.control import Control
from daemon.serve.login import Codes
from daemon.serve.lookback import Lookback, Question
from daemon.wire.base import ServerMessage
from daemon.wire.channels import SendTest, ShowChannels
from daemon.wire.client import (
    REQUEST,
    Ack,
    AnyRequest,
    FalseAlarm,
    Forget,
    Pause,
    Resume,
    Revoke,
    SignIn,
)
from daemon.wire.history import Said
from daemon.wire.server import Error, Ok, SignInCode
from daemon.wire.settings import ChangeSettings, ShowSettings

logger = logging.getLogger(__name__)

MOST_MISTAKES = 16
MOST_ID_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Desk:
    """What requests are carried out with, for every subscriber alike.

    Attributes:
        control: carries them out.
        lookback: answers those about the past.
        codes: with which browsers sign in.
        feedback: where what a person says is written, which may block.
        reading: where the past is read, which may block.
        stamp: gives an answer's ``time`` and ``stream_s``.
    """

    control: Control
    lookback: Lookback
    codes: Codes
    feedback: Executor
    reading: Executor
    stamp: Callable[[], tuple[str, float]]


class Requests:
    """Answers one subscriber, one request at a time."""

    def __init__(
        self,
        desk: Desk,
        *,
        has_token: bool,
        on_feedback: Callable[[str, Said | None], None],
        on_channels: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            desk: with which requests are carried out.
            has_token: whether the subscriber has shown the token itself.
            on_feedback: told, in the loop, what this subscriber has said of which alert.
            on_channels: told, in the loop, that this subscriber wants to know of channels.
        """
        self._desk = desk
        self._has_token = has_token
        self._on_feedback = on_feedback
        self._on_channels = on_channels
        self._mistakes = 0

    async def answer(self, message: str | bytes) -> str:
        """Carry out ``message``: the text of ``ok`` or ``error``.

        Raises:
            Refusal: this was the last mistake that is put up with.
        """
        try:
            request = REQUEST.validate_json(message)
        except ValidationError as error:
            self._mistakes += 1
            if self._mistakes >= MOST_MISTAKES:
                raise Refusal(MALFORMED, f"{MOST_MISTAKES} malformed messages") from None
            return self._error(_request_id(message), explain(error))
        try:
            answer = await self._carry_out(request)
        except DistressdError as error:
            return self._error(request.id, str(error))
        except Exception:
            logger.exception("Request %s failed; its sender is told so", request.type)
            return self._error(request.id, "The daemon failed to do this; its log says why.")
        return answer.model_dump_json()

    async def _carry_out(self, request: AnyRequest) -> ServerMessage:
        desk, loop = self._desk, asyncio.get_running_loop()
        match request:
            case Ack() | FalseAlarm() | Revoke():
                await self._remark(request)
            case Forget():
                await loop.run_in_executor(desk.feedback, self._forget, request)
            case Pause():
                desk.control.pause(request.seconds)
            case Resume():
                desk.control.resume()
            case SignIn():
                return self._code(request.id)
            case ShowSettings():
                settings = await loop.run_in_executor(desk.reading, desk.control.settings)
                return settings.model_copy(update={"id": request.id})
            case ChangeSettings():
                await loop.run_in_executor(desk.feedback, desk.control.change, request.values)
            case ShowChannels():
                self._on_channels()
                channels = await loop.run_in_executor(desk.reading, desk.control.channels)
                return channels.model_copy(update={"id": request.id})
            case SendTest():
                await loop.run_in_executor(desk.feedback, desk.control.test, request.channel)
            case _:
                return await self._look_back(request)
        moment, stream_s = desk.stamp()
        return Ok(time=moment, stream_s=stream_s, id=request.id)

    async def _remark(self, request: Ack | FalseAlarm | Revoke) -> None:
        control = self._desk.control
        keep = {"ack": control.ack, "false_alarm": control.false_alarm, "revoke": control.revoke}
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._desk.feedback, keep[request.type], request.alert)
        said = None if request.type == "revoke" else request.type
        self._on_feedback(request.alert, said)

    async def _look_back(self, question: Question) -> ServerMessage:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._desk.reading, self._desk.lookback.answer, question, *self._desk.stamp()
        )

    def _forget(self, request: Forget) -> None:
        if not self._has_token:
            raise UsageError("A dashboard cannot have anything forgotten.", "Run distressd forget.")
        since, until = request.since, request.until
        self._desk.control.forget(
            since.timestamp() if since else 0.0, until.timestamp() if until else time.time()
        )

    def _code(self, request_id: str) -> SignInCode:
        if not self._has_token:
            raise UsageError("A dashboard cannot sign another one in.", "Run distressd dashboard.")
        moment, stream_s = self._desk.stamp()
        path = f"/login?code={self._desk.codes.give()}"
        return SignInCode(time=moment, stream_s=stream_s, id=request_id, path=path)

    def _error(self, request_id: str | None, message: str) -> str:
        moment, stream_s = self._desk.stamp()
        return Error(
            time=moment, stream_s=stream_s, id=request_id, message=message
        ).model_dump_json()


def explain(error: ValidationError) -> str:
    """What is wrong with a message, without repeating what it said: that may be a token."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"malformed message: {place + ': ' if place else ''}{first['msg']}"[:500]


def _request_id(message: str | bytes) -> str | None:
    try:
        request_id = json.loads(message).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(request_id, str) or len(request_id) > MOST_ID_CHARACTERS:
        return None
    return request_id
