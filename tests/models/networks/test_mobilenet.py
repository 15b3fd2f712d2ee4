"""The student: the published weights fit, and the file gives what the module gives."""

import numpy as np
import pytest
import torch
from ai_edge_litert.interpreter import Interpreter

from models import registry
from models.errors import ModelError
from models.features.melpower import BANDS, FRAMES
from models.networks.mobilenet import EMOTIONS, KINDS, SCORES, Student
from models.training.student.export import as_litert


@pytest.fixture(scope="module")
def network() -> Student:
    torch.manual_seed(3)
    made = Student()
    made.train()
    with torch.no_grad():  # statistics that differ from layer to layer
        for _ in range(3):
            made(torch.randn(8, FRAMES, BANDS))
    return made.eval()


def test_one_window_gives_three_sets_of_logits(network):
    kind, emotion, scores = network(torch.randn(2, FRAMES, BANDS))
    assert kind.shape == (2, len(KINDS))
    assert emotion.shape == (2, EMOTIONS)
    assert scores.shape == (2, SCORES)


def test_the_file_gives_what_the_module_gives(network):
    rows = [3, 11, 500]
    runtime = Interpreter(model_content=as_litert(network, rows), num_threads=1)
    runtime.allocate_tensors()
    given, made = runtime.get_input_details()[0]["index"], runtime.get_output_details()[0]["index"]
    for seed in range(5):
        window = np.random.default_rng(seed).standard_normal((FRAMES, BANDS)).astype(np.float32)
        runtime.set_tensor(given, window.T[None, :, :, None])
        runtime.invoke()
        with torch.no_grad():
            kind, emotion, scores = network(torch.from_numpy(window)[None])
        wanted = torch.cat([kind, emotion, scores[:, rows]], dim=1).numpy().ravel()
        np.testing.assert_allclose(runtime.get_tensor(made).ravel(), wanted, atol=1e-4)


def test_the_same_network_is_the_same_file(network):
    assert as_litert(network, [1, 2]) == as_litert(network, [1, 2])


def test_it_begins_from_the_published_weights():
    try:
        path = registry.find("efficientat")
    except ModelError as error:
        pytest.skip(str(error))
    published = torch.load(path, weights_only=True)
    made = Student()
    made.begin_from(published)
    for name, value in made.state_dict().items():
        if name.startswith("features."):
            assert torch.equal(value, published[name])
    assert torch.equal(made.embedding.weight, published["classifier.2.weight"])


def test_weights_of_another_network_are_refused():
    with pytest.raises((KeyError, RuntimeError)):
        Student().begin_from({"features.0.0.weight": torch.zeros(1)})
