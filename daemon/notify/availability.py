"""Whether this desktop shows notifications, before one is dropped without a word."""

import asyncio
import os
import platform
import shutil
from dataclasses import dataclass
from typing import Literal

SERVICE = "org.freedesktop.Notifications"
OSASCRIPT = "osascript"
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Availability:
    """What notifications will do here; ``degraded`` means that some may not be shown."""

    state: Literal["ok", "degraded", "unavailable"]
    reason: str = ""
    remedy: str = ""
    backend: str = ""  # what shows them


async def check_availability() -> Availability:
    """Ask the platform; shows nothing to anyone."""
    system = platform.system()
    if system == "Linux":
        return await _check_dbus()
    if system == "Darwin":
        return _check_mac()
    return Availability(
        "unavailable",
        f"desktop notifications are not supported on {system}",
        "Subscribe with `distressd listen` instead.",
    )


async def _check_dbus() -> Availability:
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return Availability(
            "unavailable",
            "there is no D-Bus session, so desktop notifications would be lost",
            "Start distressd inside the desktop session, or as a user service of it.",
        )
    from dbus_fast import DBusError, Message, MessageType
    from dbus_fast.aio import MessageBus

    async def names(method: str) -> list[str]:
        answer = await bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member=method,
            )
        )
        if answer is None or answer.message_type is not MessageType.METHOD_RETURN:
            raise DBusError("org.freedesktop.DBus.Error.Failed", f"{method} was refused")
        found: list[str] = answer.body[0]
        return found

    try:
        async with asyncio.timeout(_TIMEOUT_S):
            bus = await MessageBus().connect()
            try:
                known = {*await names("ListNames"), *await names("ListActivatableNames")}
            finally:
                bus.disconnect()
    except (OSError, DBusError, TimeoutError) as error:
        return Availability(
            "unavailable",
            f"the D-Bus session does not answer ({error or type(error).__name__})",
            "Start distressd inside the desktop session, or as a user service of it.",
        )
    if SERVICE in known:
        return Availability("ok", backend="the desktop's notification service (D-Bus)")
    return Availability(
        "unavailable",
        "nothing on the D-Bus session shows notifications",
        "Log in to a desktop, or install a notification service such as dunst or mako.",
    )


def _check_mac() -> Availability:
    if in_signed_bundle():
        return Availability("ok", backend="macOS, as an app of its own")
    if shutil.which(OSASCRIPT):
        return Availability("ok", backend="osascript, under the name Script Editor")
    return Availability(
        "unavailable",
        f"macOS drops notifications of programs outside an app bundle, and there is no {OSASCRIPT}",
        "Alerts still reach `distressd listen`.",
    )


def in_signed_bundle() -> bool:
    """Whether this process itself is one that macOS takes notifications from (on macOS only)."""
    from desktop_notifier.backends import macos_support

    return bool(macos_support.is_bundle() and macos_support.is_signed_bundle())
