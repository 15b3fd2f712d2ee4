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
    default=Path("emotion_lstm.safetensors"),
    show_default=True,
    help="Where the weights go; a checkpoint lies beside them until the end.",
)
@click.option("--seed", type=int, default=7, show_default=True)
def train(*, data: Path, out: Path, seed: int) -> None:
    """Train the acoustic network and calibrate it; goes on after a kill.

    About half an hour on two cores. Test recordings are not read.
    """
    require_training()
    from models.training.calibrate import calibrate
    from models.training.train import Recipe
    from models.training.train import train as learn

    best = learn(data, out, Recipe(seed=seed))
    calibrate(data, out)
    click.echo(
        f"{out}: unweighted average recall {best['uar']:.3f} on the development actors"
        f" (epoch {best['epoch']:.0f}).",
        err=True,
    )
