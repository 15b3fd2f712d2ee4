"""The types of single settings, and what a table of settings is."""

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo


def _source(value: str) -> str:
    if value in {"mic", "demo", "stdin"} or (value.startswith("file:") and value != "file:"):
        return value
    raise ValueError('must be "mic", "demo", "stdin", or "file:" and a path')


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("must be a local time, without a zone")
    return value


def _from_file(value: Path, info: ValidationInfo) -> Path:
    """``~`` is the home folder; a relative path starts at the configuration's own folder."""
    folder = info.context.get("folder", Path()) if info.context else Path()
    return Path(folder) / value.expanduser()


Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]
Port = Annotated[int, Field(ge=0, le=65_535)]
LocalTime = Annotated[time, AfterValidator(_local)]
FilePath = Annotated[Path, AfterValidator(_from_file)]
SourceSpec = Annotated[str, AfterValidator(_source)]


class Section(BaseModel):
    """A table of the configuration; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
