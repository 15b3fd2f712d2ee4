import shutil
import subprocess

import pytest

from daemon.clips.identity import default_identity, make_identity, read_identities
from daemon.clips.seal import Seal, unsealed
from daemon.errors import ClipError


def test_a_key_opens_what_its_public_half_closed(tmp_path):
    paths = [tmp_path / "new folder" / name for name in ("one.key", "two.key")]
    seal = Seal([make_identity(path) for path in paths])
    content = bytes(range(256)) * 1_000
    sealed = seal.close(content)
    for path in paths:
        assert path.stat().st_mode & 0o777 == 0o600
        assert unsealed(sealed, read_identities(path), "it") == content
    assert content[:64] not in sealed


def test_a_key_never_lies_with_what_it_opens_by_default(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    one = tmp_path / "Library" / "Application Support" / "distressd"
    monkeypatch.setattr("daemon.clips.identity.user_config_path", lambda _: one)
    assert default_identity() == one / "clips.key"
    monkeypatch.setattr("daemon.clips.identity.user_state_path", lambda _: one)
    assert one not in default_identity().parents
    assert default_identity().name == "clips.key"


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_the_tool_age_understands_both(tmp_path):
    own, foreign, sealed = tmp_path / "own.key", tmp_path / "foreign.key", tmp_path / "x.age"
    recipient = make_identity(own)
    subprocess.run(["age-keygen", "-o", foreign], check=True, capture_output=True)
    told = subprocess.run(
        ["age-keygen", "-y", foreign], check=True, capture_output=True, text=True
    ).stdout
    sealed.write_bytes(Seal([recipient, told.strip()]).close(b"sound"))
    for key in (own, foreign):
        opened = subprocess.run(
            ["age", "-d", "-i", key, sealed], check=True, capture_output=True
        ).stdout
        assert opened == b"sound"
        assert unsealed(sealed.read_bytes(), read_identities(key), "it") == b"sound"


def test_a_key_is_not_written_over(tmp_path):
    path = tmp_path / "clips.key"
    make_identity(path)
    before = path.read_bytes()
    with pytest.raises(ClipError, match="is there already"):
        make_identity(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "clips.key"
    make_identity(path)
    path.chmod(mode)
    with pytest.raises(ClipError, match=f"read by others .mode {mode:04o}") as refused:
        read_identities(path)
    assert f"chmod 600 {path}" in refused.value.remedy


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no key of age"),
        (b"# only a comment\n", "no key of age"),
        (b"AGE-SECRET-KEY-1QQQQ\n", "damaged"),
        (b"\xff\xfe\x00" * 100, "no key of age"),
        (b"AGE-SECRET-KEY-1\n" + bytes(10**5), "no key of age"),
    ],
)
def test_what_is_no_key_is_said_without_showing_it(tmp_path, content, said):
    path = tmp_path / "clips.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ClipError, match=said) as refused:
        read_identities(path)
    assert "QQQQ" not in str(refused.value)


def test_no_key_and_a_folder_are_said(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ClipError):
            read_identities(path)
    with pytest.raises(ClipError, match="cannot be written"):
        make_identity(tmp_path / "none" / "\0".replace("\0", "x" * 300))


def test_a_recipient_that_is_none_is_said_and_a_secret_not_shown(tmp_path):
    path = tmp_path / "clips.key"
    recipient = make_identity(path)
    secret = path.read_text().splitlines()[-1]
    for wrong in ("age1", recipient[:-1], f"{recipient} ", "", "ssh-ed25519 AAAA"):
        with pytest.raises(ValueError, match="no public key of age"):
            Seal([recipient, wrong])
    with pytest.raises(ValueError, match="secret half") as refused:
        Seal([secret])
    assert secret[15:20] not in str(refused.value)
