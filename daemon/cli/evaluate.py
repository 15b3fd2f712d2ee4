"""``distressd evaluate``: what it hears, measured on recordings that training never saw."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.options import config_option, json_option, print_json
from daemon.cli.train import data_option, require_training
from daemon.config.load import load_config
from daemon.config.schema import Config
from daemon.errors import UsageError
from models.data.splits import Fold

if TYPE_CHECKING:
    from models.evaluation.spoken.suite import Part
    from models.transcriber import Transcriber

TABLES = frozenset(
    {"by_corpus", "by_speaker", "by_label", "by_kind", "confusion", "detail", "ablation"}
)
"""Too long for a terminal: they are in the JSON and on the report's page."""

PATIENCE_S = 600.0  # for one utterance
Found = tuple[dict[str, Any], Callable[[Path], str] | None]
"""A suite's figures, and what makes its page for the folder that it will lie in."""

REPORTING = frozenset({"floor", "endurance", "text", "asr"})
"""Suites that are of the test fold only: nothing is chosen by them."""


@click.command()
@data_option
@config_option
@click.option(
    "--suite",
    type=click.Choice(
        ["floor", "clips", "ravdess", "utterance", "scenes", "endurance", "text", "asr", "fusion"]
    ),
    default="floor",
)
@click.option(
    "--fold",
    type=click.Choice(["dev", "test"]),
    default="test",
    show_default=True,
    help="Which recordings: dev to choose by, where a suite has them; test to report.",
)
@click.option(
    "--part",
    type=click.Choice(["all", "scenes", "speechless"]),
    default="all",
    show_default=True,
    help="Fusion: which half to do.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Scenes: a tenth of everything, in five minutes. Text: not as heard, only as written.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the figures, and a page with pictures where the suite has one, into this folder.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep what an encoder made of the recordings here, or what was heard of scenes with words,"
    " and find it the next time.",
)
@json_option
def evaluate(
    *,
    data: Path,
    config_path: Path | None,
    suite: str,
    fold: Fold,
    part: "Part",
    quick: bool,
    report: Path | None,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Measure recall, false alarms and the gate.

    floor: gate, screams, ordinary speech and music, and the emotions of unseen actors; with and
    without sound events. About ten minutes on two cores.

    clips: distress against the rest, clip by clip, cut to random lengths at random gains.

    ravdess: eight emotions, six folds of actors, each heard by weights that never heard them.

    utterance: the clips again, each a closed utterance, by the network that hears them whole.

    scenes: distress in hours of everyday sound, in simulated rooms, at four levels over it.

    text: words of distress against others, as the readers of [language] tell them apart.

    fusion: sound alone against sound with words, context and history, on scenes in which somebody
    speaks; and what invented words do in hours without any.

    asr: word error rate clean and in noise, and what is invented where nobody speaks.

    endurance: whether six hours of an open gate change what is heard afterwards.
    """
    require_training()
    if fold == "dev" and suite in REPORTING:
        raise UsageError(f"The suite {suite} has no development recordings.", "Leave out --fold.")
    config = load_config(config_path)
    suites: dict[str, Callable[[], Found]] = {
        "floor": lambda: (_floor(data, config), None),
        "endurance": lambda: (_endurance(data, config), None),
        "text": lambda: (_text(data, config, quick=quick), None),
        "asr": lambda: (_asr(data, config), None),
        "fusion": lambda: (_fusion(data, config, fold, part, cache, quick=quick), None),
        "clips": lambda: _clips(data, config, fold, cache),
        "ravdess": lambda: _ravdess(data, config, fold, cache),
        "utterance": lambda: (_utterance(data, config, fold, cache), None),
        "scenes": lambda: _scenes(data, config, fold, quick=quick),
    }
    figures, page = suites[suite]()
    if report is not None:
        from models.evaluation.report.write import write_report

        click.echo(f"report: {write_report(report, suite, figures, page)}", err=True)
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        if name not in TABLES:
            click.echo(f"{name:28} {value}")


def _text(data: Path, config: Config, *, quick: bool) -> dict[str, Any]:
    from models.evaluation import text
    from models.reasoner import Reasoner

    language = config.language
    reasoner = Reasoner(
        language.llm or None,
        threads=language.threads,
        lora=language.lora,
        recipe=language.recipe,
    )
    for error in reasoner.missing:
        click.echo(f"Without one reader: {error}", err=True)
    transcriber = None if quick else _transcriber(config)()
    return text.measure(data, reasoner, partial(click.echo, err=True), transcriber)


def _asr(data: Path, config: Config) -> dict[str, Any]:
    from models.evaluation import asr
    from models.evaluation.batch import batch_speedup

    make = _transcriber(config)
    return asr.measure(data, make(), partial(batch_speedup, make), partial(click.echo, err=True))


def _transcriber(config: Config) -> "Callable[[], Transcriber]":
    """Makes what transcribes as configured."""
    from models.transcriber import Transcriber

    language = config.language
    return partial(
        Transcriber,
        language.whisper,
        device=language.device,
        threads=language.threads,
        language=language.spoken or None,
    )


def _fusion(
    data: Path, config: Config, fold: Fold, part: "Part", cache: Path | None, *, quick: bool
) -> dict[str, Any]:
    from daemon.language.start import language_lane
    from daemon.rehearsal_words import hallucinated, listen, rehearse_words
    from models.evaluation.spoken.suite import Stream, measure

    # What is measured is what is heard, not how soon: a busy machine must not change it.
    patient = config.language.model_copy(update={"niceness": 0, "timeout_s": PATIENCE_S})
    with language_lane(patient, in_step=True) as lane:
        if lane is None:
            raise click.UsageError("[language] enabled is false: there are no words to fuse.")

        def invent(stream: Stream) -> tuple[int, int]:
            heard = listen(stream, config, lane)
            return hallucinated(heard, config.fusion), len(heard.believed)

        return measure(
            data,
            fold,
            partial(rehearse_words, config=config, lane=lane, cache=cache),
            invent,
            config.fusion.threshold.warning,
            quick=quick,
            part=part,
        )


def _floor(data: Path, config: Config) -> dict[str, Any]:
    from daemon.acoustic.load import load_ear
    from daemon.health import Health
    from models.evaluation import floor
    from models.networks import weights

    clips = floor.test_fold(data)
    gate = floor.gate_settings(weights.load(config.acoustic.weights))
    click.echo("the gate …", err=True)
    recall, noise = floor.gate_recall(clips, gate), floor.gate_noise_share(clips, gate)
    deaf = config.model_copy(
        update={"acoustic": config.acoustic.model_copy(update={"sound_events": False})}
    )
    by_ear = []
    for name, each in (("with sound events", config), ("without sound events", deaf)):
        click.echo(f"alerts {name} …", err=True)
        by_ear.append(_alert_figures(clips, each))
    click.echo("the emotions …", err=True)
    uar = floor.ravdess_uar(clips, partial(load_ear, deaf, Health()))
    gate_figures = {
        "gate_recall": round(recall["all"].value, 4),
        "gate_noise_share": round(noise["all"], 4),
    }
    own = {"ravdess_uar": round(uar.value, 4)}
    detail = {
        "gate_recall": {k: v.stored() for k, v in recall.items()},
        "gate_noise_share": {k: round(v, 4) for k, v in noise.items()},
        "ravdess_uar": uar.stored(),
    }
    return {
        **gate_figures,
        **by_ear[0]["figures"],
        **own,
        "without_sound_events": {**gate_figures, **by_ear[1]["figures"], **own},
        "detail": detail | by_ear[0]["detail"] | {"without_sound_events": by_ear[1]["detail"]},
    }


def _alert_figures(clips: list[Any], config: Config) -> dict[str, Any]:
    from daemon.rehearsal import rehearse
    from models.evaluation import floor

    screams = floor.scream_recall(clips, partial(rehearse, config=config))
    hourly = floor.alerts_per_hour(clips, partial(rehearse, config=config))
    return {
        "figures": {
            "scream_recall": round(screams["any"].value, 4),
            "alerts_per_hour": round(hourly["all"].value, 3),
        },
        "detail": {
            "scream_recall": {k: v.stored() for k, v in screams.items()},
            "alerts_per_hour": {k: v.stored() for k, v in hourly.items()},
        },
    }


def _endurance(data: Path, config: Config) -> dict[str, Any]:
    from daemon.acoustic.load import load_ear
    from daemon.health import Health
    from models.evaluation import endurance

    held_open = config.model_copy(
        update={"gate": config.gate.model_copy(update={"hangover_ms": 10**10})}
    )
    return endurance.measure(data, partial(load_ear, held_open, Health()))


def _scenes(data: Path, config: Config, fold: Fold, *, quick: bool) -> Found:
    from daemon.rehearsal import rehearse, rehearse_scenes
    from models.evaluation.report.scenes import scenes_page
    from models.evaluation.scenes.suite import measure

    listen, replay = partial(rehearse_scenes, config=config), partial(rehearse, config=config)
    figures = measure(data, fold, listen, replay, quick=quick)
    return figures, partial(scenes_page, figures, data)


def _clips(data: Path, config: Config, fold: Fold, cache: Path | None) -> Found:
    from daemon.rehearsal import ear_of, with_sounds, without_second_ear
    from models.evaluation.clips.suite import Ears, measure
    from models.evaluation.report.clips import clips_page
    from models.evaluation.second_ear import SecondEar
    from models.networks.voice import SHIPPED

    ours = config.acoustic.sound_network == "student"
    student = with_sounds("student", without_second_ear(config))
    ears = Ears(
        partial(ear_of, config),
        SecondEar(cache).cut,
        SHIPPED,
        None if ours else partial(ear_of, student),
    )
    found = measure(data, fold, ears, config.fusion.threshold.warning)
    found.figures["utterance"] = _utterance(data, config, fold, cache) or None
    return found.figures, partial(clips_page, found.figures, found.rows, data)


def _utterance(data: Path, config: Config, fold: Fold, cache: Path | None) -> dict[str, Any]:
    from models.data.corpora import read_all
    from models.evaluation.utterances import Utterances, clip_figures

    threshold = config.fusion.threshold.warning
    return clip_figures(read_all(data), fold, Utterances(cache), threshold) or {}


def _ravdess(data: Path, config: Config, fold: Fold, cache: Path | None) -> Found:
    from daemon.rehearsal import ear_of, with_weights
    from models.evaluation.ravdess.suite import hear_streaming, measure
    from models.evaluation.report.ravdess import ravdess_page
    from models.evaluation.second_ear import SecondEar
    from models.evaluation.utterances import Utterances

    # The sound events have nothing to say of emotions, and cost half of the time.
    acoustic = config.acoustic.model_copy(update={"sound_events": False, "second_ear": False})
    deaf = config.model_copy(update={"acoustic": acoustic})
    hear = hear_streaming(lambda path: partial(ear_of, with_weights(path, deaf)))
    networks = {}
    if fold != "dev":  # they learned from the inner development actors too, at the last
        networks = {
            "lstm13": hear,
            "streaming": SecondEar(cache).whole,
            "utterance": Utterances(cache).whole,
        }
    found = measure(data, fold, networks)
    return found.figures, partial(ravdess_page, found.figures, found.rows, data)
