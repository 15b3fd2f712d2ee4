"""Recipe files: which network learns from what, and every setting that is not its default."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from models.errors import ModelError

FOLDER: Final = Path(__file__).with_name("recipes")
SHIPPED: Final = "lstm"  # is followed where none is named
LEARNS: Final = {
    "lstm13": ("shipped", "ravdess_folds"),
    "utterance": ("shipped", "ravdess_folds", "without_corpora"),
    "student": ("shipped",),
    "voice": ("shipped", "ravdess_folds", "without_corpora", "screams_across"),
}
"""By network, what a recipe may have it learn from."""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """What a file says.

    Attributes:
        network: a key of LEARNS.
        learns: what it learns from.
        settings: of the network's own recipe, where they are not the default.
    """

    path: Path
    network: str
    learns: str
    settings: Mapping[str, Any]

    def applied(self, default: S) -> S:
        """``default``, a dataclass, with the settings of the file.

        Raises:
            ModelError: names the setting that nobody knows, or that has another type.
        """
        known = {field.name: getattr(default, field.name) for field in fields(default)}  # type: ignore[arg-type]
        values: dict[str, Any] = {}
        for name, value in self.settings.items():
            if name not in known:
                raise ModelError(f"{self.path} sets {name!r}, which nobody knows.",
                                 _guess(name, sorted(known)))  # fmt: skip
            fitted = _as(known[name], value)
            if fitted is None:
                kind = type(known[name]).__name__
                raise ModelError(f"{self.path} sets {name} to {value!r}.", f"It is of type {kind}.")
            values[name] = fitted
        return replace(default, **values)  # type: ignore[type-var]


def read_recipe(named: str) -> RecipeFile:
    """The recipe of that name, or at that path.

    Raises:
        ModelError: there is none, or it cannot be understood.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    path = FOLDER / f"{named}.toml" if named in names else Path(named)
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"There is no recipe {named}.", _guess(named, names)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read as TOML ({error}).", "Correct it.") from error
    settings = read.pop("settings", {})
    if set(read) != {"network", "learns"} or not isinstance(settings, dict):
        raise ModelError(
            f"{path} is no recipe.", "It has network, learns and a table of settings; no more."
        )
    network, learns = str(read["network"]), str(read["learns"])
    if network not in LEARNS:
        raise ModelError(f"{path} names the network {network}.", _guess(network, tuple(LEARNS)))
    if learns not in LEARNS[network]:
        raise ModelError(f"{path} learns from {learns}.", _guess(learns, LEARNS[network]))
    return RecipeFile(path, network, learns, settings)


def _as(default: object, value: Any) -> Any:
    """``value`` as what ``default`` is; None if it is something else."""
    if isinstance(default, tuple):
        return tuple(value) if isinstance(value, list) else None
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if type(value) is type(default) else None


def _guess(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(known)}."
