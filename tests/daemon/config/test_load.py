from datetime import time
from pathlib import Path

import pytest

from daemon.config.load import (
    find_config,
    load_config,
    read_config,
    shipped_config,
    user_config_file,
)
from daemon.config.schema import Config
from daemon.errors import ConfigError

PUBLIC = "age1vxqzzp76c42lugflku6c66gtmgmmyt3jxgukmp2z9n66nkq88fnsh02tgx"


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def mistakes(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.exit_status == 2
    return [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]


def test_every_mistake_at_once_with_its_line_and_a_suggestion(write):
    path = write(
        """version = 2
[audio]
source = "mike"
[fusion]
treshold = 1
weight = { audio = nan, text = 0.3, context = 0.2, histroy = 0.1 }
[fusion.threshold]
critical = 1.5
[serve]
port = 99999
origins = ["a",
  3]
desktop = true
[quiet_hours]
start = 22
enabled = "yes"
[notify]
level = "criticl"
[nofity]
"""
    )
    assert mistakes(path) == [
        "1: version = 2: must be 1. A file of a later version needs a later distressd.",
        '3: [audio] source = "mike": must be "mic", "demo", "stdin", or "file:" and a path',
        '5: [fusion] treshold: unknown setting. Did you mean "threshold"?',
        "6: [fusion.weight] audio = nan: must be a finite number",
        '6: [fusion.weight] histroy: unknown name. Did you mean "history"?',
        "8: [fusion.threshold] critical = 1.5: must be below 1.0",
        "10: [serve] port = 99999: must be at most 65535",
        "12: [serve] origins[1] = 3: must be text in quotes",
        "13: [serve] desktop: unknown setting. It belongs in [notify].",
        '15: [quiet_hours] start = 22: must be a time of day, such as "22:00"',
        '16: [quiet_hours] enabled = "yes": must be true or false',
        "18: [notify] level = \"criticl\": must be 'advisory', 'warning' or 'critical'."
        ' Did you mean "critical"?',
        '19: [nofity]: unknown setting. Did you mean "notify"?',
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "[fusion]\nrelease = 0.65",
            "1: [fusion]: release must be below threshold.advisory, or alerts flicker",
        ),
        (
            "\n[clips]\nenabled = true",
            "2: [clips]: enabled = true needs recipients, for whom clips are encrypted: run"
            " `distressd clips key`, and put the public key that it shows there",
        ),
        (
            '[clips]\nlongest_s = 20\nrecipients = ["age1nobody"]',
            '3: [clips] recipients: "age1nobody" is no public key of age, which begins with age1;'
            " `distressd clips key` makes one",
        ),
        (
            '[clips]\nrecipients = ["AGE-SECRET-KEY-1KGC7"]',
            "2: [clips] recipients: has the secret half of a key. Put the public half here, and"
            " make a new key if others may have read this file",
        ),
        (
            "[clips]\nbefore_s = 30\nlongest_s = 30",
            "1: [clips]: before_s must be below longest_s, or the alert itself is left out",
        ),
        (
            f'[audio]\nring_s = 8\n[clips]\nenabled = true\nrecipients = ["{PUBLIC}"]',
            "1: [clips] before_s = 10: needs [audio] ring_s = 15 or more",
        ),
        (
            "\n[fusion.threshold]\nwarning = 0.95",
            "2: [fusion.threshold]: thresholds must ascend: advisory < warning < critical",
        ),
        (
            "[language]\nspoken = 'xx'",
            '2: [language] spoken = "xx": must be a language code of Whisper\'s, such as "en" or'
            ' "de", or ""',
        ),
        (
            "[language]\nspoken = 'de'",
            '1: [language]: whisper = "tiny.en" knows English only: set spoken = "" (or "en"), or'
            ' name a multilingual model\'s folder in whisper for spoken = "de"',
        ),
        (
            "[serve]\ntls_key = 'k'",
            "1: [serve]: tls_certificate and tls_key go together: set both, or neither",
        ),
        (
            "fusion.fresh_s.audio = 2",
            "1: [fusion]: fresh_s needs every modality; missing: context, history, text",
        ),
        ("[serve]\nport = 8765.0", "2: [serve] port = 8765.0: must be a whole number"),
        ("[serve]\nport = '8765'", '2: [serve] port = "8765": must be a whole number'),
        ("serve = 3", "1: serve = 3: must be a table"),
        ("[serve]\nhosts = 'x'", '2: [serve] hosts = "x": must be a list in square brackets'),
    ],
)
def test_one_mistake(write, text, mistake):
    assert mistakes(write(text)) == [mistake]


def test_a_time_with_a_zone_is_refused(write):
    (mistake,) = mistakes(write('[quiet_hours]\nstart = "22:00Z"'))
    assert mistake == '2: [quiet_hours] start = "22:00Z": must be a local time, without a zone'


def test_a_syntax_error_has_its_line(write):
    assert mistakes(write("version = 1\n[audio\n")) == [
        "2: not valid TOML: expected ']' at the end of a table declaration"
    ]


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="no configuration file"):
        load_config(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="Cannot read"):
        load_config(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"version = 1\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.toml:2: not UTF-8"):
        load_config(latin)


def test_what_is_left_out_keeps_its_default_and_paths_start_at_the_file(write, tmp_path):
    path = write(
        '\ufeff[quiet_hours]\nstart = "23:30"\nend = 06:15:00\n'
        '[acoustic]\nweights = "w.safetensors"\n'
        '[serve]\nhosts = ["care.example"]\n'
    )
    loaded = read_config(path)
    assert loaded.config.quiet_hours.start == time(23, 30)
    assert loaded.config.quiet_hours.end == time(6, 15)
    assert loaded.config.acoustic.weights == tmp_path / "w.safetensors"
    assert loaded.config.serve.hosts == ("care.example",)
    assert loaded.config.fusion == Config().fusion
    assert loaded.lines["quiet_hours", "start"] == 2


def test_order_of_places(monkeypatch, tmp_path, write):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DISTRESSD_CONFIG", raising=False)
    assert find_config() == shipped_config()
    user_config_file().parent.mkdir(parents=True)
    user_config_file().touch()
    assert find_config() == user_config_file()
    monkeypatch.setenv("DISTRESSD_CONFIG", "named.toml")
    assert find_config() == Path("named.toml")
    assert find_config(Path("given.toml")) == Path("given.toml")


@pytest.mark.parametrize("opening", ["[" * 5_000, "{a=" * 5_000, "[" * 90 + "]" * 90])
def test_deep_nesting_is_a_mistake_like_any_other(tmp_path, opening):
    path = tmp_path / "config.toml"
    path.write_text(f"version = 1\nodd = {opening}\n")
    with pytest.raises(ConfigError):
        read_config(path)


def test_every_mistake_in_the_channels_at_once_and_no_secret_is_repeated(write):
    path = write(
        """version = 1
[notify]
levle = "critical"
[notify.webhook.care]
url = "ftp://secret-token"
digest_afer = 3
[notify.apprise.phone]
url = "nosuch://hunter2"
kinds = ["screem"]
hours = ["08:00"]
[notify.mqtt.home]
port = 99999
[notify.command."My Bell"]
command = []
[notify.command.bell]
command = ["bell"]
events = "all"
escalate_after_s = 60
"""
    )
    found = mistakes(path)
    assert found == [
        '3: [notify] levle: unknown setting. Did you mean "level"?',
        "5: [notify.webhook.care] url: must be an address that begins with https:// or http://",
        '6: [notify.webhook.care] digest_afer: unknown setting. Did you mean "digest_after"?',
        "8: [notify.apprise.phone] url: is no address that Apprise knows: see its list of services",
        "9: [notify.apprise.phone] kinds[0] = \"screem\": must be 'scream', 'shouting', 'crying',"
        " 'pain', 'fear', 'anger' or 'infant_crying'. Did you mean \"scream\"?",
        "10: [notify.apprise.phone] hours[1]: is missing",
        "11: [notify.mqtt.home] host: is missing",
        "12: [notify.mqtt.home] port = 99999: must be at most 65535",
        "13: [notify.command.My Bell]: a channel's name is of a-z, 0-9, - and _, and not desktop",
        "14: [notify.command.My Bell] command: must name a program, such as"
        ' ["/usr/local/bin/tell", "--loud"]',
        '15: [notify.command.bell]: escalate_after_s tells of news only: leave out events = "all"',
    ]


def test_a_channel_whose_library_is_absent_says_how_to_get_it(write, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    (mistake,) = mistakes(write('[notify.webhook.care]\nurl = "https://care.example"'))
    assert mistake == (
        "2: [notify.webhook.care] url: needs the library httpx2, which is not installed:"
        " pip install 'distressd[channels]' (`make run` brings it)"
    )


def test_two_channels_of_one_name(write):
    text = '[notify.command.a]\ncommand = ["x"]\n[notify.webhook.a]\nurl = "https://x.example"'
    (mistake,) = mistakes(write(text))
    assert mistake == "1: [notify]: two channels are named a: give one another name"
