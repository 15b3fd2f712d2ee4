"""A notification service for a D-Bus session: prints each notification as a JSON line."""

import asyncio
import json

from dbus_fast import NameFlag
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method


class Notifications(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.freedesktop.Notifications")
        self._count = 0

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
                }
            ),
            flush=True,
        )
        return self._count

    @dbus_method()
    def CloseNotification(self, number: "u"):  # noqa: N802, F821
        print(json.dumps({"closed": number}), flush=True)

    @dbus_method()
    def GetCapabilities(self) -> "as":  # noqa: N802, F722
        return ["body", "sound"]

    @dbus_method()
    def GetServerInformation(self) -> "ssss":  # noqa: N802, F821
        return ["test", "distressd", "1", "1.2"]


async def main() -> None:
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/Notifications", Notifications())
    await bus.request_name("org.freedesktop.Notifications", NameFlag.DO_NOT_QUEUE)
    print(json.dumps({"ready": True}), flush=True)
    await bus.wait_for_disconnect()


asyncio.run(main())
