"""``distressd export``."""

from pathlib import Path

import click

from daemon.cli.options import config_option
from daemon.cli.train import require_training
from daemon.config.load import load_config


@click.command()
@config_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("exported"),
    show_default=True,
    help="Folder for emotion_lstm.py and model.pth.",
)
def export(*, config_path: Path | None, out: Path) -> None:
    """Write the network for use with torch alone.

    model.pth is a pickle of the whole module: load only files that you made yourself.
    """
    require_training()
    from models.networks import weights
    from models.networks.export import export as write

    source, pickled = write(weights.load(load_config(config_path).acoustic.weights), out)
    click.echo(f'{source} and {pickled}: torch.load("model.pth", weights_only=False)')
