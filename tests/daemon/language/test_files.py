"""What lies on the disk for the readers."""

import os

from daemon.config.schema import Language
from daemon.language.files import reader_files
from models.registry import ENVIRONMENT, places


def test_a_file_that_comes_or_is_replaced_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    registered = Language(llm="smollm2-135m")
    before = reader_files(registered)
    path = next(path for path in places("smollm2-135m") if path.is_relative_to(tmp_path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"some")
    came = reader_files(registered)
    assert {found[0] for found in came - before} == {path}
    os.utime(path, ns=(1, 1))
    assert reader_files(registered) - came
    path.unlink()
    assert reader_files(registered) == before


def test_files_that_the_configuration_names_are_looked_for(tmp_path):
    model, lora, recipe = (tmp_path / name for name in ("model.gguf", "lora.gguf", "recipe.json"))
    for path in (lora, recipe):
        path.write_bytes(b"there")
    config = Language(llm=str(model), lora=lora, recipe=recipe)
    assert {path for path, _, _ in reader_files(config)} >= {lora, recipe}
    model.write_bytes(b"there")
    assert model in {path for path, _, _ in reader_files(config)}
