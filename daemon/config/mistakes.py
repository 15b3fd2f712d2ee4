"""A validation error as a sentence that a person can act upon."""

import difflib
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from daemon.config.lines import Loc
from daemon.config.schema import Config

_SENTENCES = {
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be above {gt}",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "path_type": "must be a path in quotes",
    "time_type": 'must be a time of day, such as "22:00"',
    "time_parsing": 'must be a time of day, such as "22:00"',
    "tuple_type": "must be a list in square brackets",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "missing": "is missing",
    "value_error": "{error}",
}
_SHOWN = 60  # characters of a value that a message repeats


def describe(error: ErrorDetails) -> tuple[Loc, str]:
    """Where ``error`` is, and what is wrong there in words."""
    loc: Loc = error["loc"]
    if loc and loc[-1] == "[key]":  # pydantic marks a wrong key of a dictionary so
        return _wrong_key(loc[:-1], error)
    value = error["input"]
    where = f"[{'.'.join(map(str, loc))}]" if isinstance(value, dict) and loc else _name(loc)
    if error["type"] == "extra_forbidden":
        return loc, f"{where}: unknown setting.{_suggestion(loc)}"
    sentence = _sentence(error)
    if error["type"] == "missing":
        return loc, f"{_name(loc)}: {sentence}"
    if isinstance(value, dict | list) or _is_secret(loc):
        # What concerns several tables names them itself.
        return loc, f"{where}: {sentence}" if loc else sentence
    return loc, f"{where} = {_shown(value)}: {sentence}"


def _wrong_key(loc: Loc, error: ErrorDetails) -> tuple[Loc, str]:
    if error["type"] == "literal_error":
        return loc, f"{_name(loc)}: unknown name.{_meant(loc[-1], _expected(error))}"
    return loc, f"[{'.'.join(map(str, loc))}]: {_sentence(error)}"


def _sentence(error: ErrorDetails) -> str:
    if error["loc"] == ("version",):
        known = error["ctx"]["expected"] if error["type"] == "literal_error" else "a number"
        return f"must be {known}. A file of a later version needs a later distressd."
    if error["type"] == "literal_error":
        meant = _meant(error["input"], _expected(error))
        return f"must be {error['ctx']['expected']}{'.' if meant else ''}{meant}"
    template = _SENTENCES.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else error["msg"]


def _name(loc: Loc) -> str:
    """``[table] key``, as it is written in the file."""
    keys = [part for part in loc if isinstance(part, str)]
    table = ".".join(keys[:-1])
    indices = "".join(f"[{part}]" for part in loc if isinstance(part, int))
    key = f"{keys[-1]}{indices}" if keys else "the file"
    return f"[{table}] {key}" if table else key


def _shown(value: Any) -> str:
    text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    text = text or (f'"{value}"' if isinstance(value, str) else str(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _expected(error: ErrorDetails) -> list[str]:
    """The values that a literal error would have taken."""
    return [part.strip("'") for part in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]


def _meant(given: Any, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(given).lower(), list(known), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


def _suggestion(loc: Loc) -> str:
    """The setting that was meant: a near name in this table, or the same name in another."""
    meant = _meant(loc[-1], _settings(loc[:-1]))
    if meant:
        return meant
    for section in Config.model_fields:
        if loc[-1] in _settings((section,)):
            return f" It belongs in [{section}]."
    return ""


def _settings(table: Loc) -> list[str]:
    """Names that may stand in ``table``; none where it is no table."""
    model = _table(table)
    return list(model.model_fields) if model else []


def _is_secret(setting: Loc) -> bool:
    """Whether a message must not repeat its value."""
    model = _table(setting[:-1])
    field = model.model_fields.get(str(setting[-1])) if model and setting else None
    return field is not None and SecretStr in (field.annotation, *get_args(field.annotation))


def _table(loc: Loc) -> type[BaseModel] | None:
    """The model of the table at ``loc``; names that the user chooses are passed over."""
    model: type[BaseModel] | None = Config
    named = False
    for part in loc:
        if named:
            named = False
            continue
        field = model.model_fields.get(str(part)) if model else None
        model = _model(field.annotation) if field else None
        named = field is not None and get_origin(field.annotation) is dict
    return None if named else model


def _model(annotation: Any) -> type[BaseModel] | None:
    candidates = (annotation, *get_args(annotation))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
