"""Settings that can change while the daemon runs, as a client sees and changes them."""

from typing import Literal

from pydantic import Field

from daemon.wire.base import ClientMessage, RequestId, ServerMessage

Value = bool | float | str


class ShowSettings(ClientMessage):
    """What is in force."""

    type: Literal["show_settings"]
    id: RequestId


class ChangeSettings(ClientMessage):
    """Write ``values`` into the configuration file and put them into force."""

    type: Literal["change_settings"]
    id: RequestId
    values: dict[str, Value] = Field(min_length=1, max_length=32)


class Settings(ServerMessage):
    """The answer to ``show_settings``; without an ``id``, what has just come into force."""

    type: Literal["settings"] = "settings"
    id: str | None
    values: dict[str, Value] = Field(description="by ``section.name``")
    file: str = Field(description="where changes are kept")
    fixed: str = Field(description="why they cannot be changed from here, or nothing")
    waiting: str = Field(description="what the file says that needs a restart, or nothing")
