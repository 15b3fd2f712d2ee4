"""The exported network in a process that has only torch."""

import json
import subprocess
import sys

import numpy as np
import pytest

from models.networks import weights
from models.networks.export import export
from models.networks.stepper import Stepper

ONLY_TORCH = """
import json, sys, torch
torch.manual_seed(0)
model = torch.load("model.pth", weights_only=False)
x = torch.arange(26.0).reshape(1, 2, 13)
logits, (h, c) = model(x, None)
assert not any(name.split(".")[0] in {"models", "daemon", "safetensors"} for name in sys.modules)
print(json.dumps([logits[0].tolist(), list(h.shape)]))
"""


@pytest.mark.slow
def test_exported_module_loads_beside_its_file_with_torch_alone(tmp_path):
    found = weights.load()
    export(found, tmp_path)
    (tmp_path / "run.py").write_text(ONLY_TORCH)
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            "import sys; sys.path[0:0] = ['.']; exec(open('run.py').read())",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    logits, shape = json.loads(done.stdout)
    stepper = Stepper(found.tensors)
    x = np.arange(26.0, dtype=np.float32).reshape(2, 13)
    for frame in x:
        expected = stepper.step(frame)
    assert logits == pytest.approx(expected.tolist(), abs=1e-4)
    assert shape == [2, 1, 128]
