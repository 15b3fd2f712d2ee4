"""Takes out of a text what says who somebody is, what was said, and what must stay secret."""

import re
from collections.abc import Iterable
from typing import Any

_SHORTEST = 3  # a shorter name would be found inside every word
_QUOTED = re.compile(
    r"input_value=.*"  # of a validation error, cut in the middle: its quotes need not match
    r"|\"[^\"\n]*\"|(?<!\w)'(?:[^'\n]|'(?=\w))*'|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|`[^`\n]*`"
)
_COMMAND = re.compile(r"`[a-z][\w .:=/~-]*`")  # a remedy's own words
_PATTERNS = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"), "[mail]"),
    (re.compile(r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b"), "[hardware address]"),
    (re.compile(r"\b(?!127\.)(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"), "[address]"),
    (re.compile(r"([?&]\w+=)[^\s&\"]+"), r"\1[removed]"),
    (
        re.compile(r"(?i)(https?|wss?)://(?!127\.0\.0\.1|localhost|\[::1\])[^\s\"'<>]+"),
        r"\1://[url]",
    ),
    (re.compile(r"/(?:home|Users)/[^/\s]+"), "/home/[user]"),
)
# The clock's hours look like part of an address.
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


class Redaction:
    """Knows what is to be taken out.

    Args:
        secrets: taken out wherever they stand (tokens).
        names: taken out where they stand as words of their own: user, host, devices.
        home: shown as ``~``.
    """

    def __init__(self, secrets: Iterable[str], names: Iterable[str], home: str) -> None:
        self._secrets = [secret for secret in secrets if secret]
        long_enough = sorted({name for name in names if len(name) >= _SHORTEST}, key=len)
        words = "|".join(re.escape(name) for name in reversed(long_enough))
        self._names = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None
        self._home = home.rstrip("/")

    def text(self, text: str) -> str:
        """``text`` without what is private; what stands in quotes may be words that were said."""
        text = self.secret(text)
        if self._home:
            text = text.replace(self._home, "~")
        if self._names is not None:
            text = self._names.sub("[name]", text)
        text = _QUOTED.sub(_unquoted, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(
                lambda found, new=replacement: (  # type: ignore[misc] # bound per loop
                    found[0] if _TIME.fullmatch(found[0]) else found.expand(new)
                ),
                text,
            )
        return text

    def secret(self, text: str) -> str:
        """``text`` without secrets; all else stays."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it, keys included, redacted."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value


def _unquoted(found: "re.Match[str]") -> str:
    return found[0] if _COMMAND.fullmatch(found[0]) else "[quoted]"
