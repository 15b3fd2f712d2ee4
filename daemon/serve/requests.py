"""What a subscriber asks for after its hello, and the answer."""

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from pydantic import ValidationError

from daemon.errors import DistressdError
from daemon.serve.admission import MALFORMED, Refusal
from daemon.serve.control import Control
from daemon.wire.client import REQUEST, Ack, FalseAlarm, Pause
from daemon.wire.server import Error, Ok

logger = logging.getLogger(__name__)

MOST_MISTAKES = 16
MOST_ID_CHARACTERS = 64


class Requests:
    """Answers one subscriber, one request at a time."""

    def __init__(
        self, control: Control, feedback: Executor, stamp: Callable[[], tuple[str, float]]
    ) -> None:
        """Prepare.

        Args:
            control: carries requests out.
            feedback: where it may block.
            stamp: gives an answer's ``time`` and ``stream_s``.
        """
        self._control = control
        self._feedback = feedback
        self._stamp = stamp
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
            await self._carry_out(request)
        except DistressdError as error:
            return self._error(request.id, str(error))
        except Exception:
            logger.exception("Request %s failed; its sender is told so", request.type)
            return self._error(request.id, "The daemon failed to do this; its log says why.")
        time, stream_s = self._stamp()
        return Ok(time=time, stream_s=stream_s, id=request.id).model_dump_json()

    async def _carry_out(self, request: object) -> None:
        loop = asyncio.get_running_loop()
        match request:
            case Ack():
                await loop.run_in_executor(self._feedback, self._control.ack, request.alert)
            case FalseAlarm():
                await loop.run_in_executor(self._feedback, self._control.false_alarm, request.alert)
            case Pause():
                self._control.pause(request.seconds)
            case _:
                self._control.resume()

    def _error(self, request_id: str | None, message: str) -> str:
        time, stream_s = self._stamp()
        return Error(time=time, stream_s=stream_s, id=request_id, message=message).model_dump_json()


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
