"""A whole training, quickly: from recordings to weights that load."""

import json

import pytest

from models import registry
from models.data.splits import RAVDESS_FOLDS, SCREAMS
from models.ear import make_ear
from models.errors import ModelError
from models.evaluation.fold_weights import LEFT_OUT
from models.networks import utterance, voice, weights
from models.sounds import student
from models.training.recipe import read_recipe
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
    recipe = found.metadata["training"]["recipe"]
    shares = read_recipe("voice").settings
    assert recipe["mixtures"] == 40
    assert (recipe["scenes"], recipe["quiet"]) == (shares["scenes"], shares["quiet"])
    voice.DistressHead(found)
    voice.EmotionHead(found)
    (curve,) = json.loads(path.with_suffix(".curves.json").read_text())["trainings"].values()
    assert [point["epoch"] for point in curve] == list(range(1, len(curve) + 1))
    assert all(0.0 <= point["kinds right"] <= 1.0 for point in curve)
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
    curves = json.loads((tmp_path / "without_voice.curves.json").read_text())["trainings"]
    assert set(curves) == set(LEFT_OUT)
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


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_quick_network_of_emotions_is_calibrated_and_leaves_its_curves(data_root, tmp_path):
    try:
        registry.find("yamnet")
    except ModelError as error:
        pytest.skip(str(error))
    path = tmp_path / "quick.safetensors"
    run_recipe("lstm", Run(data_root, path, quick=True), 23)
    found = weights.load(path)
    make_ear(found, None)
    assert found.metadata["training"]["recipe"]["seed"] == 23
    assert {"voice", "sounds"} <= found.metadata["calibration"].keys()
    endings = ("curves.json", "curves.svg", "safetensors", "sha256")
    assert {one.name for one in tmp_path.iterdir()} == {f"quick.{ending}" for ending in endings}


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """What an encoder made of the recordings, for all that hear the same."""
    return tmp_path_factory.mktemp("cache")


FOLDS = {
    "lstm13_folds": ("lstm13", lambda found: make_ear(found, None)),
    "utterance_folds": ("utterance", utterance.Head),
    "voice_folds": ("streaming", voice.EmotionHead),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("recipe", FOLDS)
def test_quick_folds_can_be_loaded(data_root, tmp_path, words_models, heard, recipe):
    run_recipe(recipe, Run(data_root, tmp_path, cache=heard, quick=True))
    name, loaded = FOLDS[recipe]
    for fold in range(RAVDESS_FOLDS):
        loaded(weights.load(tmp_path / f"ravdess_{fold}_{name}.safetensors"))
    assert not list(tmp_path.glob("*checkpoint*"))
    curves = tmp_path / "ravdess_lstm13.curves.json"
    if recipe == "lstm13_folds":
        trainings = json.loads(curves.read_text())["trainings"]
        assert set(trainings) == {"before", *(f"fold {fold}" for fold in range(RAVDESS_FOLDS))}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_inner_folds_are_told_and_leave_nothing(data_root, tmp_path, words_models, heard, capsys):
    run = Run(data_root, tmp_path / "none", cache=heard, quick=True, inner=True)
    run_recipe("lstm13_folds", run)
    assert "inner development actors: UAR" in capsys.readouterr().out
    assert not run.out.exists()


@pytest.mark.parametrize("recipe", ["student", "lstm", "voice_folds"])
def test_inner_figures_of_what_has_none_of_its_own_are_refused(tmp_path, recipe):
    with pytest.raises(ModelError, match="lstm13_folds"):
        run_recipe(recipe, Run(tmp_path, inner=True))
