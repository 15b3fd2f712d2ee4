"""Where in a TOML document each key stands, so that a mistake is told with its line.

``tomllib`` gives values without positions. This scanner gives positions without values: it runs
over text that ``tomllib`` has already accepted, so it need not find syntax errors.
"""

import re

Loc = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[Loc, int]:
    """Line (from 1) of every table, key and array element of ``text``, which is valid TOML."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Loc, int] = {}

    def scan(self) -> dict[Loc, int]:
        table: Loc = ()
        arrays: dict[Loc, int] = {}
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[[", self._at):
                self._at += 2
                name = self._inside(self._key(), arrays)
                arrays[name] = arrays.get(name, -1) + 1
                table = (*name, arrays[name])
                self._mark(table)
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                table = self._inside(self._key(), arrays)
                self._mark(table)
                self._at += 1
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    @staticmethod
    def _inside(key: Loc, arrays: dict[Loc, int]) -> Loc:
        """``key`` with the index of the array of tables that it continues, where there is one."""
        found: Loc = ()
        for position, part in enumerate(key):
            found = (*found, part)
            if position < len(key) - 1 and found in arrays:
                found = (*found, arrays[found])
        return found

    def _pair(self, table: Loc) -> None:
        start = self._at
        key = self._key()
        for depth in range(1, len(key) + 1):
            self._mark((*table, *key[:depth]), start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value((*table, *key))

    def _key(self) -> Loc:
        """A dotted key, and the space around it."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._text, self._at)
            found = quoted or _BARE_KEY.match(self._text, self._at)
            if found is None:  # pragma: no cover - the text is valid
                raise ValueError(f"not a key at character {self._at}")
            parts.append(found.group()[1:-1] if quoted else found.group())
            self._at = found.end()
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _value(self, loc: Loc) -> None:
        opening = self._text[self._at]
        if opening == "[":
            self._array(loc)
        elif opening == "{":
            self._inline_table(loc)
        else:
            self._skip(_STRING if opening in "\"'" else _SCALAR)

    def _array(self, loc: Loc) -> None:
        self._at += 1
        index = 0
        self._skip(_BLANK)
        while self._text[self._at] != "]":
            self._mark((*loc, index))
            self._value((*loc, index))
            self._comma()
            index += 1
        self._at += 1

    def _inline_table(self, loc: Loc) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(loc)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()

    def _mark(self, loc: Loc, at: int | None = None) -> None:
        end = self._at if at is None else at
        self._lines.setdefault(loc, self._text.count("\n", 0, end) + 1)
