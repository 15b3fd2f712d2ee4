"""``distressd dashboard``: what it opens signs in, once."""

import re

import pytest

from daemon.state import StateFolder


@pytest.fixture
def served(tmp_path, start):
    """A server that the command finds, and whose token it knows."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    (folder / "token").write_text("t" * 43)
    (folder / "token").chmod(0o600)
    daemon = start()
    with StateFolder.open(folder) as state:
        state.write_run(daemon.server.url)
        yield daemon


@pytest.fixture
def browser(tmp_path):
    """A program that keeps the address that it is to open, and the file in which it does."""
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" >{opened}\n')
    program.chmod(0o755)
    return program, opened


def status_of(daemon, address):
    path = "/" + address.split("/", 3)[3]
    return daemon.http(f"GET {path} HTTP/1.1")[0].split()[1]


def test_it_opens_the_browser_signed_in(served, browser, distressd):
    program, opened = browser
    done = distressd("dashboard", BROWSER=f"{program} %s")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The dashboard is open in your browser.\n"
    address = opened.read_text()
    assert re.fullmatch(rf"http://127\.0\.0\.1:{served.server.port}/login\?code=[\w-]+", address)
    assert [status_of(served, address) for _ in range(2)] == ["303", "403"]


def test_without_a_browser_it_prints_the_address(served, distressd):
    done = distressd("dashboard", "--no-browser")
    assert done.returncode == 0
    assert "within a minute" in done.stderr
    assert status_of(served, done.stdout.strip()) == "303"
