"""The files of the readers on the disk: one that a worker lacked may have come since."""

from pathlib import Path

from daemon.config.schema import Language
from models.catalogue import FILES, MINILM
from models.registry import places

Found = frozenset[tuple[Path, int, int]]


def reader_files(config: Language) -> Found:
    """Those that are there: path, time of the last change (ns) and size; none is opened."""
    wanted = [*places(MINILM), *places(f"{MINILM}-tokenizer")]
    if config.llm:
        wanted += places(config.llm) if config.llm in FILES else [Path(config.llm).expanduser()]
    wanted += [path for path in (config.lora, config.recipe) if path is not None]
    return frozenset(found for path in wanted if (found := _state(path)) is not None)


def _state(path: Path) -> tuple[Path, int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None  # the worker says what is wrong with it
    return path, told.st_mtime_ns, told.st_size
