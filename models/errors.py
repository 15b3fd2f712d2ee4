"""The root of the error hierarchy, kept here because ``models`` never imports ``daemon``."""


class DistressdError(Exception):
    """An error whose message a user can act upon.

    Args:
        message: what happened, and to what.
        remedy: what to do about it, if it is not already in the message.
    """

    exit_status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ModelError(DistressdError):
    """Weights or a model file are missing, damaged or not what their hash promises."""


class DataError(DistressdError):
    """The data root, a corpus in it or what is said of a recording is not what it should be."""
