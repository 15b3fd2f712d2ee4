import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch
from numpy.typing import NDArray

from models.calibration import SOUND_FEATURES, VOICE_FEATURES
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM
from models.networks.weights import Weights

BESIDE = Path(__file__).parents[3] / "shared" / "models"


@pytest.fixture(autouse=True)
def model_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model files that lie beside the repository are found."""
    if "DISTRESSD_MODELS" not in os.environ and BESIDE.is_dir():
        monkeypatch.setenv("DISTRESSD_MODELS", str(BESIDE))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Torch's threads wait for each other where cores are few and busy."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def network() -> EmotionLSTM:
    """An untrained network, its standardisation set as for real coefficients."""
    torch.manual_seed(3)
    model = EmotionLSTM()
    model.mean.copy_(torch.tensor([-280.0, *[12.0] * 12]))
    model.scale.copy_(torch.tensor([0.012, *[0.06] * 12]))
    return model.eval()


@pytest.fixture(scope="session")
def weights_path(network: EmotionLSTM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network on the disk, with a calibration in which louder evidence says more."""
    path = tmp_path_factory.mktemp("weights") / "lstm.safetensors"
    rng = np.random.default_rng(4)

    def calibration(features: tuple[str, ...]) -> dict[str, object]:
        weight = rng.uniform(0.1, 0.5, (2, len(features)))
        return {"features": features, "weight": weight.tolist(), "bias": [-1.0, -2.0]}

    metadata = {
        "gate": asdict(GateSettings()),
        "gain": asdict(GainSettings()),
        "calibration": {
            "voice": calibration(VOICE_FEATURES),
            "sounds": calibration(SOUND_FEATURES),
        },
    }
    tensors = {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}
    weights.save(path, tensors, metadata)
    return path


@pytest.fixture
def stored(weights_path: Path) -> Weights:
    return weights.load(weights_path)


LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two layers with random weights, as GGUF; letters are its tokens."""
    gguf = pytest.importorskip("gguf", reason="the extra 'tune' is not installed")
    pytest.importorskip("llama_cpp", reason="the extra 'language' is not installed")
    letters = [
        *LETTERS,
        *LETTERS.upper(),
        *".,'\":",
        *(f"\u2581{one}" for one in LETTERS),
        "\u2581",
    ]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    width, heads, layers, rng = 64, 4, 2, np.random.default_rng(5)
    path: Path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(1_024)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(width)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_add_space_prefix(value=False)
    writer.add_token_list([token.encode() for token in tokens])
    writer.add_token_scores([-float(i) for i in range(len(tokens))])
    writer.add_token_types([2, 3, 3, *[6] * 256, *[1] * len(letters)])
    writer.add_tensor("token_embd.weight", _drawn(rng, len(tokens), width))
    writer.add_tensor("output.weight", _drawn(rng, len(tokens), width) / 4)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    parts = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    for layer in range(layers):
        for part in parts:
            writer.add_tensor(f"blk.{layer}.{part}.weight", _drawn(rng, width, width) / 8)
        for part in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{part}.weight", np.ones(width, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _drawn(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.standard_normal(shape).astype(np.float32)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], NDArray[np.float32]]:
    """Says a sentence: (n,) at 16 kHz, by espeak-ng."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("no voice: espeak-ng is not installed")
    path = tmp_path_factory.mktemp("spoken") / "sentence.wav"

    def say(text: str) -> NDArray[np.float32]:
        subprocess.run([program, "-v", "en-us+f3", "-s", "140", "-w", path, text], check=True)
        samples, rate = soundfile.read(path, dtype="float32")
        resampled: NDArray[np.float32] = soxr.resample(samples, rate, 16_000)
        return resampled * np.float32(0.5)

    return say
