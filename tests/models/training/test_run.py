"""A whole training, quickly: from recordings to weights that load."""

import pytest

from models import registry
from models.errors import ModelError
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
