"""Sentence embeddings: what cannot be loaded is an error that the reader without them survives."""

from pathlib import Path

import pytest

from models.catalogue import MINILM
from models.errors import ModelError
from models.language.meaning import Meaning
from models.registry import find


@pytest.mark.usefixtures("words_models")
@pytest.mark.parametrize("broken", [MINILM, f"{MINILM}-tokenizer"])
def test_files_that_the_libraries_refuse_are_told_with_the_remedy(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"neither")
    monkeypatch.setattr(
        "models.language.meaning.find", lambda name: path if name == broken else find(name)
    )
    with pytest.raises(ModelError, match="cannot be loaded") as told:
        Meaning()
    assert "distressd models pull" in told.value.remedy
