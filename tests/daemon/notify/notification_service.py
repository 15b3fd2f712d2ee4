"""A notification service for a D-Bus session: prints each notification as a JSON line.

A line "NUMBER BUTTON" on standard input presses that button of that notification. At the end of
standard input it goes, when it has answered for all that it has shown.
"""

import asyncio
import json
import sys

from dbus_fast import NameFlag
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method, signal


class Notifications(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.freedesktop.Notifications")
        self._count = 0
        self._keys = {}

    @dbus_method()
    def Notify(  # noqa: N802
        self,
        app_name: "s",  # noqa: F821
        replaces: "u",  # noqa: F821
        icon: "s",  # noqa: F821
        summary: "s",  # noqa: F821
        body: "s",  # noqa: F821
        actions: "as",  # noqa: F722
        hints: "a{sv}",  # noqa: F722
        timeout: "i",  # noqa: F821
    ) -> "u":  # noqa: F821
        self._count += 1
        print(
            json.dumps(
                {
                    "app": app_name,
                    "title": summary,
                    "text": body,
                    "urgency": hints["urgency"].value,
                    "sound": "sound-name" in hints,
                    "actions": actions[3::2],
                }
            ),
            flush=True,
        )
        self._keys[self._count] = actions[2::2]
        return self._count

    @signal()
    def ActionInvoked(self, number: "u", key: "s") -> "us":  # noqa: N802, F821
        return [number, key]

    def press(self, number: int, button: int) -> None:
        self.ActionInvoked(number, self._keys[number][button])

    @dbus_method()
    def CloseNotification(self, number: "u"):  # noqa: N802, F821
        print(json.dumps({"closed": number}), flush=True)

    @dbus_method()
    def GetCapabilities(self) -> "as":  # noqa: N802, F722
        return ["body", "sound", "actions"]

    @dbus_method()
    def GetServerInformation(self) -> "ssss":  # noqa: N802, F821
        return ["test", "distressd", "1", "1.2"]


async def main() -> None:
    bus = await MessageBus().connect()
    notifications = Notifications()
    bus.export("/org/freedesktop/Notifications", notifications)

    ended = asyncio.Event()

    def read() -> None:
        if line := sys.stdin.readline():
            notifications.press(*map(int, line.split()))
        else:
            asyncio.get_running_loop().remove_reader(sys.stdin)
            ended.set()

    asyncio.get_running_loop().add_reader(sys.stdin, read)
    await bus.request_name("org.freedesktop.Notifications", NameFlag.DO_NOT_QUEUE)
    print(json.dumps({"ready": True}), flush=True)
    await ended.wait()
    await bus.release_name("org.freedesktop.Notifications")  # answered after what was shown
    bus.disconnect()


asyncio.run(main())
