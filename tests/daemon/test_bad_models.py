"""Model files that are missing or no good: what the daemon says of each, and that it goes on."""

import shutil

import pytest

from models.catalogue import MINILM, SMOLLM2, WHISPER
from models.registry import FILES, find
from models.transcriber import model_folder

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("language_models")]


def missing(name):
    """Every registered file is there but ``name``, and nothing in the user's folder."""

    def prepare(folder):
        for file in FILES.values():
            if file.optional or file.name == name:
                continue
            found = find(file.name)
            (edition,) = [one for one in file.editions if found.match(one.filename)]
            link = folder / "models" / edition.filename
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(found)
        nobody = str(folder / "nobody")
        return "", {
            "DISTRESSD_MODELS": str(folder / "models"),
            **dict.fromkeys(("HOME", "XDG_DATA_HOME"), nobody),
        }

    return prepare


def gguf(made):
    """A file of ``made`` of the bytes of the registered language model."""

    def prepare(folder):
        path = folder / "model.gguf"
        path.write_bytes(made(find(SMOLLM2).read_bytes()))
        return f'llm = "{path}"\n', {}

    return prepare


def no_gguf(_whole):
    return b"<!DOCTYPE html><title>404 Not Found</title>"


def cut_short(whole):
    return whole[: len(whole) // 2]


def of_another_architecture(whole):
    known = b"general.architecture\x08\0\0\0\x05\0\0\0\0\0\0\0llama"
    assert whole.count(known) == 1
    return whole.replace(known, known.replace(b"llama", b"nobod"))


def no_such_name(_folder):
    return 'whisper = "no-such-model"\n', {}


def without_tokenizer(folder):
    whisper = folder / "whisper"
    shutil.copytree(model_folder("tiny.en"), whisper)
    (whisper / "tokenizer.json").unlink()
    return f'whisper = "{whisper}"\n', {}


@pytest.mark.parametrize(
    ("prepare", "state", "told", "remedy"),
    [
        (missing(WHISPER), "unavailable", "model.bin was not found", "models pull whisper"),
        (missing(f"{WHISPER}-tokenizer"), "unavailable", "tokenizer.json was not", "models pull"),
        (missing(SMOLLM2), "degraded", "gguf was not found", f"models pull {SMOLLM2}"),
        (missing(MINILM), "degraded", "was not found", f"models pull {MINILM}"),
        (no_such_name, "unavailable", "no-such-model", "[language] whisper"),
        (without_tokenizer, "unavailable", "lacks tokenizer.json", "Convert it again"),
        (gguf(no_gguf), "degraded", "is no GGUF file", "[language] llm"),
        (gguf(cut_short), "degraded", "damaged or cut short", "[language] llm"),
        (gguf(of_another_architecture), "degraded", "architecture", "[language] llm"),
    ],
    ids=[
        *("whisper missing", "tokenizer missing", "language model missing", "embedding missing"),
        *("unknown name", "no tokenizer", "no GGUF", "GGUF cut short", "unknown architecture"),
    ],
)
def test_a_bad_model_is_told_with_its_remedy_and_alerts_are_raised(
    start_daemon, call_for_help, tmp_path, prepare, state, told, remedy
):
    lines, environment = prepare(tmp_path)
    daemon = start_daemon(
        "stdin", "--linger", settings=f"[language]\n{lines}", environment=environment
    )
    with daemon.subscribe() as subscriber:
        language = subscriber.receive()["language"]
        while language["state"] in {"starting", "ok"}:
            message = subscriber.receive()
            language = message["status"] if message["type"] == "language" else language
        assert language["state"] == state
        assert told in language["reason"]
        assert remedy in language["remedy"]
        daemon.hear(call_for_help)
        assert subscriber.alerts("raised")
    assert daemon.process.poll() is None
