"""``distressd tune``: what suits a language model."""

from pathlib import Path

import click

from daemon.cli.options import config_option, json_option, print_json
from daemon.cli.train import require_training
from daemon.config.load import load_config


@click.group()
def tune() -> None:
    """Find how a language model is best asked, or train it an adapter."""


@tune.command(short_help="Find how a model tells distress best.")
@config_option
@click.option("--llm", help="A GGUF file, or smollm2-135m; else the one of [language] llm.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("recipe.json"),
    show_default=True,
    help="Where the recipe goes; name it in [language] recipe.",
)
@click.option(
    "--proposals",
    type=click.IntRange(0, 100),
    default=8,
    show_default=True,
    help="Continuations of the model's own that are tried beside ours.",
)
@click.option(
    "--sentences",
    type=click.IntRange(60),
    default=300,
    show_default=True,
    help="To develop on; never those of the test.",
)
@json_option
def prompt(
    *,
    config_path: Path | None,
    llm: str | None,
    out: Path,
    proposals: int,
    sentences: int,
    as_json: bool,
) -> None:
    """Find the continuation and the adjectives by which a model tells distress best.

    Every score goes into OUT.history at once: a search that was stopped goes on where it was.
    Scores of another model, adapter or number of sentences are kept apart there.
    """
    require_training()
    from models.language.feeling import open_gguf
    from models.reasoner import CONTEXT, model_path
    from models.training.prompt import Search, developed_on

    language = load_config(config_path).language
    path = model_path(llm or language.llm)
    llama = open_gguf(path, threads=language.threads, context=CONTEXT, lora=language.lora)
    history = out.with_name(f"{out.name}.history")
    files = [path] if language.lora is None else [path, language.lora]
    search = Search(llama, developed_on(sentences), history, files)
    best = search.run(
        proposals,
        lambda score: click.echo(f"{score.auc:.3f}  {score.continuation[2:]} …", err=True),
    )
    recipe = search.recipe(best, path.name)
    recipe.save(out)
    if as_json:
        scores = {one.continuation[2:]: one.auc for one in search.scores.values()}
        print_json({"recipe": str(out), "auc": best.auc, "scores": scores})
    else:
        click.echo(
            f"{out}: \u201c{best.continuation[2:]}\u201d, area under the curve {best.auc:.3f}"
        )


@tune.command(short_help="Train an adapter that tells distress better.")
@config_option
@click.option("--llm", help="A GGUF file, or smollm2-135m; else the one of [language] llm.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("adapter.gguf"),
    show_default=True,
    help="Where the adapter goes; name it in [language] lora.",
)
@click.option("--epochs", type=click.IntRange(1, 20), default=2, show_default=True)
@click.option(
    "--sentences",
    type=click.IntRange(60),
    default=2_000,
    show_default=True,
    help="To develop on, at most; never those of the test.",
)
@json_option
def lora(
    *,
    config_path: Path | None,
    llm: str | None,
    out: Path,
    epochs: int,
    sentences: int,
    as_json: bool,
) -> None:
    """Train a LoRA adapter on the language model (a Llama), and write it as GGUF.

    A fifth of the topics is not learned from: by them it is told what was gained. OUT.unfinished
    has the state after each epoch: training that was stopped goes on there. Afterwards name OUT
    in [language] lora, and run `distressd tune prompt`.
    """
    require_training()
    from tqdm import tqdm

    from models.language.feeling import open_gguf
    from models.reasoner import CONTEXT, model_path
    from models.training.lora import LoraRecipe, adapted, save, split, told_apart, train
    from models.training.prompt import developed_on

    language = load_config(config_path).language
    base, recipe = model_path(llm or language.llm), LoraRecipe(epochs=epochs)
    known, held = split(developed_on(sentences))
    llama = open_gguf(base, threads=language.threads, context=CONTEXT)
    before = told_apart(llama, held)
    model, kept = adapted(base, recipe), out.with_name(f"{out.name}.unfinished")
    losses: list[float] = []
    with tqdm(desc="steps") as progress:

        def told(_step: int, steps: int, loss: float) -> None:
            progress.total = steps
            losses.append(loss)
            progress.set_postfix(loss=f"{loss:.2f}", refresh=False)
            progress.update()

        train(model, known, llama, recipe, base, kept, told)
    save(model, out, recipe)
    kept.unlink(missing_ok=True)
    after = told_apart(open_gguf(base, threads=language.threads, context=CONTEXT, lora=out), held)
    figures = {
        "adapter": str(out),
        "learned_from": len(known),
        "held_out": len(held),
        "auc_before": before,
        "auc_after": after,
        "loss": [round(one, 3) for one in losses],
    }
    if as_json:
        print_json(figures)
    else:
        click.echo(f"{out}: area under the curve {before:.3f} before, {after:.3f} with it")
