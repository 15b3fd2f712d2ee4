"""Can what is said be transcribed and read?"""

from importlib.util import find_spec

from daemon.config.schema import Language
from daemon.doctor.check import Finding, Setting
from models.catalogue import MINILM
from models.errors import ModelError
from models.reasoner import model_path
from models.registry import find
from models.transcriber import model_folder

INSTALL = (
    "Run `make setup` in a clone, or pip install 'distressd[language]'; or set [language]"
    " enabled = false."
)


def check(setting: Setting) -> Finding:
    """Whether libraries and files are there; nothing is loaded."""
    language = setting.config.language
    if not language.enabled:
        return Finding("ok", "switched off by [language] enabled: alerts come from sound alone")
    absent = [name for module, name in _libraries(language).items() if find_spec(module) is None]
    if absent:
        return Finding(
            "warning", f"Not installed, so that words are not heard: {', '.join(absent)}.", INSTALL
        )
    try:
        folder = model_folder(language.whisper)
    except ModelError as error:
        return Finding("warning", f"Words are not heard: {error.message}", error.remedy)
    try:
        if language.llm:
            model_path(language.llm)
        find(MINILM)
        find(f"{MINILM}-tokenizer")
    except ModelError as error:
        return Finding("warning", f"Words are heard, not all read: {error.message}", error.remedy)
    return Finding("ok", f"{folder.name} in {folder.parent}; {language.llm or 'no language model'}")


def _libraries(language: Language) -> dict[str, str]:
    """What is imported, and the name under which it is installed."""
    wanted = {"faster_whisper": "faster-whisper", "onnxruntime": "onnxruntime"}
    return wanted | ({"llama_cpp": "llama-cpp-python"} if language.llm else {})
