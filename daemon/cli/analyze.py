"""``distressd analyze``: one verdict a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli.options import config_option, json_option, print_json
from daemon.config.load import load_config

if TYPE_CHECKING:
    from daemon.analyze import Verdict


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@config_option
@click.option(
    "--language/--no-language",
    default=True,
    help="Whether to transcribe and read what is said, too (as [language] enabled allows).",
)
@json_option
def analyze(
    *, paths: tuple[Path, ...], config_path: Path | None, as_json: bool, language: bool
) -> None:
    """Give one verdict for each recording: emotion, distress, words, and the level of its alert.

    Acted speech is a noisy guide to feeling: read the emotion as what the voice sounds like.
    """
    from daemon.analyze import analyze as verdict_of
    from daemon.language.start import language_lane

    config = load_config(config_path)
    with language_lane(config.language, in_step=True, wanted=language) as lane:
        for path in paths:
            verdict = verdict_of(path, config, lane)
            if as_json:
                print_json(verdict.stored())
            else:
                _show(path.name, verdict)


def _show(name: str, verdict: "Verdict") -> None:
    """A few lines, for people."""
    from models.data.labels import EMOTIONS

    click.echo(f"{name}  ({verdict.duration_s:.1f} s)")
    if verdict.emotion is None:
        click.echo("  nothing was loud or voice-like enough to open the gate")
    else:
        order = sorted(range(len(EMOTIONS)), key=lambda i: -verdict.confidence[i])[:3]
        heard = ", ".join(f"{EMOTIONS[i]} {verdict.confidence[i] * 100:.0f} %" for i in order)
        click.echo(f"  sounds      {heard}")
    if verdict.transcript is not None:
        click.echo(f"  says        {verdict.transcript or 'nothing that can be made out'}")
    alert = f"would raise a {verdict.level} alert" if verdict.level else "raises no alert"
    click.echo(f"  distress    at most {verdict.distress * 100:.0f} %; {alert}")
    level, centroid = verdict.features["rms_db"], verdict.features["spectral_centroid_hz"]
    click.echo(f"  measures    {level:.1f} dBFS, spectral centroid {centroid:.0f} Hz")
