import hashlib
import http.server
import re
import threading
from pathlib import Path

import pytest

from models.download import pull
from models.errors import ModelError
from models.registry import FILES, Edition, ModelFile, find, user_folder

CONTENT = b"weights " * 20_000


def model_file(url: str, content: bytes = CONTENT) -> ModelFile:
    edition = Edition("tiny.bin", hashlib.sha256(content).hexdigest(), len(content), url)
    return ModelFile("tiny", "tiny", "us", "MIT", "a test", (edition,))


@pytest.fixture
def home(monkeypatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("DISTRESSD_MODELS", raising=False)
    return tmp_path


@pytest.fixture
def publisher(tmp_path: Path):
    """A web server that serves ``tiny.bin``."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "tiny.bin").write_bytes(CONTENT)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_file_comes_over_https_or_out_of_a_pinned_package():
    for file in FILES.values():
        url, package = file.published.url, file.published.package
        assert url.startswith("https://") or package is not None
        assert package is None or re.fullmatch(r"[\w-]+==[\d.]+", package.requirement)
        for edition in file.editions:
            assert len(bytes.fromhex(edition.sha256)) == 32


def test_a_pulled_file_is_found_and_not_fetched_twice(home, publisher, monkeypatch):
    file = model_file(f"{publisher}/tiny.bin")
    monkeypatch.setitem(FILES, "tiny", file)
    blocks: list[int] = []
    path = pull(file, progress=blocks.append)
    assert path == user_folder() / "tiny.bin"
    assert path.read_bytes() == CONTENT
    assert sum(blocks) == len(CONTENT)
    assert find("tiny") == path
    assert [each.name for each in path.parent.iterdir()] == ["tiny.bin"]
    blocks.clear()
    assert pull(file, progress=blocks.append) == path
    assert not blocks


def test_a_file_that_is_not_what_its_hash_promises_is_not_kept(home, publisher):
    file = model_file(f"{publisher}/tiny.bin", CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        pull(file)
    assert list(user_folder().iterdir()) == []


@pytest.mark.parametrize("path", ["absent.bin", "tiny.bin"])
def test_a_network_failure_is_one_sentence(home, publisher, path):
    address = publisher if path == "absent.bin" else "http://127.0.0.1:9"
    with pytest.raises(ModelError, match="Could not fetch") as caught:
        pull(model_file(f"{address}/{path}"))
    assert "\n" not in str(caught.value)
    assert list(user_folder().iterdir()) == []


def test_named_folders_come_first_and_damage_is_told(home, monkeypatch):
    monkeypatch.setitem(FILES, "tiny", model_file("https://publisher.example/tiny.bin"))
    with pytest.raises(ModelError, match="was not found") as caught:
        find("tiny")
    assert "models pull tiny" in caught.value.remedy
    first, second = home / "first", home / "second"
    for folder in (first, second):
        folder.mkdir()
    monkeypatch.setenv("DISTRESSD_MODELS", f"{first}:{second}")
    (first / "tiny.bin").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match="damaged"):
        find("tiny")
    (second / "tiny.bin").write_bytes(CONTENT)
    assert find("tiny") == second / "tiny.bin"
    (first / "tiny.bin").write_bytes(CONTENT)
    assert find("tiny") == first / "tiny.bin"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"Known are: .*yamnet"):
        find("yamnot")
