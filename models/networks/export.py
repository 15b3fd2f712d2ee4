"""The network for a process that has only torch: a module file and the whole module, pickled."""

import importlib.util
import shutil
import sys
from pathlib import Path

import torch

from models.networks import emotion_lstm
from models.networks.weights import Weights

MODULE = "emotion_lstm"
PICKLE = "model.pth"


def export(found: Weights, folder: Path) -> tuple[Path, Path]:
    """Write ``emotion_lstm.py`` and ``model.pth`` into ``folder``.

    The module is pickled under the name of the file beside it, so that
    ``torch.load("model.pth", weights_only=False)`` works wherever that file can be imported.

    Returns:
        The two files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{MODULE}.py"
    shutil.copyfile(emotion_lstm.__file__, source)
    spec = importlib.util.spec_from_file_location(MODULE, source)
    if spec is None or spec.loader is None:
        raise ImportError(f"{source} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    try:
        spec.loader.exec_module(module)
        model = module.EmotionLSTM()
        model.load_state_dict({name: torch.from_numpy(t) for name, t in found.tensors.items()})
        model.eval()
        torch.save(model, folder / PICKLE)
    finally:
        del sys.modules[MODULE]
    return source, folder / PICKLE
