"""A whole training, quickly: from recordings to weights that load."""

import pytest

from models import registry
from models.data.splits import SCREAMS
from models.errors import ModelError
from models.evaluation.fold_weights import LEFT_OUT
from models.networks import voice, weights
from models.sounds import student
from models.training.run import Run, run_recipe


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_quick_student_can_be_loaded(data_root, tmp_path):
    try:
        registry.find("efficientat")
    except ModelError as error:
        pytest.skip(str(error))
    run_recipe("student", Run(data_root, tmp_path / "quick.tflite", quick=True))
    found = student.load(tmp_path / "quick.tflite")
    assert found.metadata["training"]["recipe"]["steps"] == 10
    student.Student(found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_quick_second_ear_can_be_loaded(data_root, tmp_path, words_models):
    path = tmp_path / "quick.safetensors"
    run_recipe("voice", Run(data_root, path, cache=tmp_path / "cache", quick=True))
    found = weights.load(path)
    assert found.metadata["training"]["recipe"]["mixtures"] == 40
    voice.DistressHead(found)
    voice.EmotionHead(found)
    # Heard once: what is kept is found again, and gives the same heads.
    first = path.read_bytes()
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "cache").iterdir()}
    run_recipe("voice", Run(data_root, path, cache=tmp_path / "cache", quick=True))
    assert path.read_bytes() == first
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "cache").iterdir()} == kept


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_quick_second_ears_without_a_corpus_each_can_be_loaded(data_root, tmp_path, words_models):
    run_recipe("voice_without", Run(data_root, tmp_path, cache=tmp_path / "cache", quick=True))
    made = sorted(path.stem for path in tmp_path.glob("*.safetensors"))
    assert made == sorted(f"without_{corpus}_voice" for corpus in LEFT_OUT)
    for corpus in LEFT_OUT:
        found = weights.load(tmp_path / f"without_{corpus}_voice.safetensors")
        assert found.metadata["training"]["learned_from"] == f"all but {corpus}"
        voice.DistressHead(found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_quick_second_ears_that_know_one_side_s_screams_can_be_loaded(
    data_root, tmp_path, words_models
):
    run_recipe("voice_screams", Run(data_root, tmp_path, cache=tmp_path / "cache", quick=True))
    for side in SCREAMS:
        found = weights.load(tmp_path / f"screams_{side}_voice.safetensors")
        assert found.metadata["training"]["learned_from"] == f"screams: {side} only"
        voice.DistressHead(found)
