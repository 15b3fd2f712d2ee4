import hashlib
import http.server
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from models.catalogue import Packaged
from models.registry import FILES, Edition, ModelFile

CONTENT = b"weights"


@pytest.fixture
def invoke(monkeypatch, tmp_path: Path):
    """With a registry of one file, and folders of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DISTRESSD_MODELS", str(tmp_path))
    digest = hashlib.sha256(CONTENT).hexdigest()
    edition = Edition("tiny.bin", digest, len(CONTENT), "http://127.0.0.1:9/tiny.bin")
    for name in list(FILES):
        monkeypatch.delitem(FILES, name)
    monkeypatch.setitem(
        FILES, "tiny", ModelFile("tiny", "whole", "us", "MIT", "a test", (edition,))
    )
    return lambda *words: CliRunner().invoke(main, ["models", *words])


def test_list_and_verify_say_where_a_file_is_or_how_to_get_it(invoke, tmp_path):
    assert "distressd models pull whole" in invoke("list").stdout
    missing = invoke("verify", "--json")
    assert missing.exit_code == 1
    assert json.loads(missing.stdout)[0]["path"] is None
    (tmp_path / "tiny.bin").write_bytes(CONTENT)
    found = invoke("verify", "whole")
    assert found.exit_code == 0
    assert found.stdout == f"✓ tiny: {tmp_path / 'tiny.bin'}\n"


def test_list_tells_whose_a_file_is_where_it_comes_from_and_what_it_is(invoke, monkeypatch):
    url = f"https://hub.example/{'models/' * 20}tiny.bin"
    edition = Edition("tiny.bin", "ab" * 32, 7, url, Packaged("carrier==1.0", "in/tiny.bin"))
    monkeypatch.setitem(FILES, "tiny", replace(FILES["tiny"], editions=(edition,)))
    shown = invoke("list").stdout
    assert "us, MIT" in shown
    assert "ab" * 32 in shown
    assert "from carrier==1.0 (in/tiny.bin)" in shown
    assert url in shown.replace("\n", "").replace(" ", "")
    assert max(map(len, shown.splitlines()[:-1])) <= 100  # the last has the folder of the test
    (row,) = json.loads(invoke("list", "--json").stdout)
    assert (row["sha256"], row["size"], row["licence"]) == ("ab" * 32, 7, "MIT")
    assert row["editions"][0]["url"] == url
    assert row["editions"][0]["package"] == {
        "requirement": "carrier==1.0", "member": "in/tiny.bin",
    }  # fmt: skip


def test_pull_shows_a_bar_at_a_terminal(invoke, monkeypatch, tmp_path):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given):
            super().__init__(*given, directory=tmp_path / "served")

    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "tiny.bin").write_bytes(CONTENT)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        (edition,) = FILES["tiny"].editions
        served = replace(edition, url=f"http://127.0.0.1:{server.server_port}/tiny.bin")
        monkeypatch.setitem(FILES, "tiny", replace(FILES["tiny"], editions=(served,)))
        done = invoke("pull", "tiny")
        server.shutdown()
        thread.join()
    assert done.exit_code == 0, done.stderr
    assert "━" in done.stderr
    assert "is there and verified" in done.stderr


def test_what_nothing_needs_is_checked_only_when_it_is_named(invoke, monkeypatch):
    spare = replace(FILES["tiny"], name="spare", model="other", optional=True)
    monkeypatch.setitem(FILES, "spare", spare)
    assert [row["name"] for row in json.loads(invoke("list", "--json").stdout)] == ["tiny", "spare"]
    assert [row["name"] for row in json.loads(invoke("verify", "--json").stdout)] == ["tiny"]
    assert invoke("verify", "other").exit_code == 1


def test_pull_without_a_network_is_one_sentence(invoke):
    done = invoke("pull", "tiny")
    assert done.exit_code == 1
    assert "distressd: Could not fetch http://127.0.0.1:9/tiny.bin" in done.stderr
    assert done.stdout == ""


def test_an_unknown_model_is_wrong_usage(invoke):
    done = invoke("pull", "tinny")
    assert done.exit_code == 2
    assert "Known are: tiny, whole" in done.stderr
