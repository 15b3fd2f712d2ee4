"""The demonstration scene as the source, round and round at real pace."""

from daemon.audio.played import Blocks, PlayedSource
from daemon.health import Health


class DemoSource(PlayedSource):
    """Plays the scene that the package synthesises itself, for ever."""

    preparing = "the demonstration scene is being made"

    def __init__(self, health: Health) -> None:
        super().__init__("demo", "The demonstration scene", "realtime", health)

    def open(self) -> Blocks:
        """The scene is made in the source's own thread: it takes a moment."""
        return self._blocks()

    @staticmethod
    def _blocks() -> Blocks:
        from daemon.audio.scene import render

        scene = render()
        while True:
            yield scene
