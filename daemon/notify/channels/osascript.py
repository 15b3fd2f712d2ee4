"""Notifications of macOS for a program that is in no app bundle: through AppleScript.

The installed service runs Python as a child of its bundle's launcher, and macOS drops what a
child would post in its own name.
"""

import asyncio

from daemon.notify.availability import OSASCRIPT
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.notice import Notice

_TIMEOUT_S = 5.0
_SOUND = "Sosumi"
# Title and text are arguments, so that nothing in them can become a command.
_SCRIPT = """on run argv
    if (count of argv) > 2 then
        display notification (item 2 of argv) with title (item 1 of argv) ¬
            sound name (item 3 of argv)
    else
        display notification (item 2 of argv) with title (item 1 of argv)
    end if
end run
"""


class OsascriptChannel(Channel):
    """Runs ``osascript``, which knows neither urgency nor actions.

    Args:
        sound: whether notifications may sound.
    """

    keeps_s = 600.0

    def __init__(self, *, sound: bool = True) -> None:
        self._sound = sound

    async def deliver(self, notice: Notice) -> None:
        """Show a notification."""
        sound = (_SOUND,) if self._sound and notice.sound else ()
        words = (OSASCRIPT, "-", notice.title, notice.text, *sound)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise DeliveryError(f"{OSASCRIPT} cannot be run ({error.strerror})") from error
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, said = await process.communicate(_SCRIPT.encode())
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise DeliveryError(f"{OSASCRIPT} does not end") from error
        if process.returncode:
            why = said.decode(errors="replace").strip().replace("\n", " ")
            raise DeliveryError(f"{OSASCRIPT} failed: {why[-200:]}")
