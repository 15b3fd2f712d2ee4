"""``distressd train``."""

import importlib.util
from pathlib import Path

import click

from models.errors import ModelError


def require_training() -> None:
    """Say in one sentence that the extra is missing.

    Raises:
        ModelError: if torch or another library of it is not installed.
    """
    for module in ("torch", "sklearn", "tqdm", "scipy", "pyroomacoustics", "matplotlib"):
        if importlib.util.find_spec(module) is None:
            raise ModelError(
                f"{module} is not installed, and this command needs it.",
                "Install the extra: pip install 'distressd[train]'",
            )


data_option = click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds the corpora, each with its labels.csv.",
)


@click.command()
@data_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the weights go: a file, or a folder for a recipe that makes several."
    "  [default: emotion_lstm.safetensors, or the current folder]",
)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option(
    "--recipe",
    metavar="NAME|FILE",
    help="Another network, or another part of the recordings: a recipe that came along, or one's"
    " own file.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep what an encoder made of the recordings here, and find it the next time.",
)
def train(
    *, data: Path, out: Path | None, seed: int, recipe: str | None, cache: Path | None
) -> None:
    """Train the acoustic network and calibrate it; goes on after a kill.

    About half an hour on two cores. Test recordings are not read.
    """
    require_training()
    if recipe is not None:
        from models.training.run import run_recipe

        run_recipe(recipe, data, out, cache)
        return
    from models.training.calibrate import calibrate
    from models.training.train import Recipe
    from models.training.train import train as learn

    where = out or Path("emotion_lstm.safetensors")
    best = learn(data, where, Recipe(seed=seed))
    calibrate(data, where)
    click.echo(
        f"{where}: unweighted average recall {best['uar']:.3f} on the development actors"
        f" (epoch {best['epoch']:.0f}).",
        err=True,
    )
