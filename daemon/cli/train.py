"""``distressd train``."""

import importlib.util
from pathlib import Path

import click

from models.errors import ModelError
from models.training.recipe import SHIPPED


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
@click.option(
    "--also",
    multiple=True,
    metavar="CORPUS",
    help="Learn from this corpus too, beside the published ones that every training needs; may be"
    " given several times.",
)
@click.option("--seed", type=int, help="In place of the recipe's own.")
@click.option(
    "--recipe",
    metavar="NAME|FILE",
    default=SHIPPED,
    show_default=True,
    help="What is learned, and from what: a recipe that came along, or one's own file.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep what an encoder made of the recordings here, and find it the next time.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="A smoke test of one or two minutes: every stage, with few recordings and hardly any"
    " learning. What it writes is good for nothing.",
)
@click.option(
    "--inner",
    is_flag=True,
    help="Judge each fold of lstm13_folds by its inner development actors, and write nothing: what"
    " a recipe is chosen by.",
)
def train(
    *,
    data: Path,
    out: Path | None,
    also: tuple[str, ...],
    seed: int | None,
    recipe: str,
    cache: Path | None,
    quick: bool,
    inner: bool,
) -> None:
    """Train the acoustic network and calibrate it; goes on after a kill.

    About half an hour on two cores. Test recordings are not read. Beside the weights lie the curves
    of the training: NAME.curves.svg, and its figures as JSON.
    """
    require_training()
    from models.training.beside import unused
    from models.training.recipe import read_recipe
    from models.training.run import Run, run_recipe

    for line in unused(data, read_recipe(recipe), also):
        click.echo(line, err=True)
    run_recipe(recipe, Run(data, out, cache, quick, also, inner), seed)
