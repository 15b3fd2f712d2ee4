"""Recordings: as many versions as the recipe says, found again on the disk, and their teacher."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from models import registry
from models.data.corpora import Clip
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.features.melpower import BANDS
from models.training.student.recipe import StudentRecipe
from models.training.student.recordings import Recording, Version, Wanted, collect
from models.training.student.synthesised import Synthesised

pytestmark = pytest.mark.slow  # each process draws its rooms


@pytest.fixture
def root(tmp_path: Path) -> Path:
    try:
        registry.find("yamnet")
    except ModelError as error:
        pytest.skip(str(error))
    rng = np.random.default_rng(1)
    (tmp_path / "own").mkdir()
    for name, seconds in (("long", 1.5), ("short", 0.05)):
        samples = 0.1 * rng.standard_normal(int(seconds * SAMPLE_RATE))
        soundfile.write(tmp_path / "own" / f"{name}.flac", samples, SAMPLE_RATE)
    return tmp_path


def clip(root: Path, name: str) -> Clip:
    return Clip(root, "own", f"own/{name}.flac", "scream", "", "own:a", 1.5)


def test_a_recording_and_a_synthesised_scream_are_heard_and_found_again(root, tmp_path):
    recipe = StudentRecipe(versions={"own": 4}, cries=4)
    wanted = [
        Wanted(clip(root, "long"), 0),
        Wanted(clip(root, "short"), 1),
        Wanted(Synthesised.SCREAM, 2),
    ]
    folder = tmp_path / "shards"
    made = collect(wanted, recipe, folder, "recordings")
    assert [one.file for one in made] == ["own/long.flac", "scream 2"]  # the other is too short
    assert [len(one.versions) for one in made] == [4, 2]
    for one in made:
        assert one.taught.shape[1] == 521
        for version in one.versions:
            assert version.power.shape[1] == BANDS
            assert 0 <= version.onset < version.offset <= len(version.power)
    (shard,) = folder.glob("*.npz")
    written = shard.stat().st_mtime_ns
    again = collect(wanted, recipe, folder, "recordings")
    assert shard.stat().st_mtime_ns == written
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one.taught, other.taught)
        np.testing.assert_array_equal(one.versions[-1].power, other.versions[-1].power)


def test_the_teacher_is_asked_for_the_same_moment_at_any_speed():
    taught = np.arange(10, dtype=np.float16)[:, None] * np.ones(521, np.float16)
    versions = tuple(Version(s, 0, 50, np.zeros((50, BANDS), np.float16)) for s in (1.0, 2.0))
    recording = Recording("a", versions, taught)
    assert recording.scores(versions[0], 40)[0] == 3.0  # the fourth window ends with hop 40
    assert recording.scores(versions[1], 20)[0] == 3.0
    assert recording.scores(versions[0], 0)[0] == 0.0
    assert recording.scores(versions[0], 500)[0] == 9.0
