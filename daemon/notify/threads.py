"""Threads for calls that block, such as looking up a name."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

MOST = 8


class Threads(ThreadPoolExecutor):
    """A thread for each call. One that hangs keeps neither a loop nor the process from ending.

    When ``MOST`` calls hang already, another fails at once.
    """

    def __init__(self, name: str) -> None:
        super().__init__(1)  # its own threads are never started
        self._name = name
        self._room = threading.BoundedSemaphore(MOST)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call ``fn`` in a thread of its own."""
        done: Future[Any] = Future()
        if not self._room.acquire(blocking=False):
            done.set_exception(OSError(f"{MOST} calls hang already"))
            return done
        threading.Thread(
            target=self._call, args=(done, fn, args, kwargs), name=self._name, daemon=True
        ).start()
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for nobody, whatever is asked."""

    def _call(
        self,
        done: "Future[Any]",
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        try:
            if not done.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
                done.set_exception(error)
            else:
                done.set_result(result)
        finally:
            self._room.release()
