import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.support.redaction import Redaction

TOKEN = "c2VjcmV0LXRva2VuLWZvci10ZXN0cw-_1234567890abc"
redaction = Redaction([TOKEN], ["anna", "annas-mac", "Anna's AirPods Pro", "x"], "/home/anna")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"token {TOKEN} was wrong", "token [secret] was wrong"),
        ("/home/anna/.config/x", "~/.config/x"),
        ("/home/bert/file", "/home/[user]/file"),
        ("Anna logged in on ANNAS-MAC.", "[name] logged in on [name]."),
        ("annabel stays", "annabel stays"),
        ("0 Anna's AirPods Pro (Core Audio)", "0 [name] (Core Audio)"),
        ('why: somebody said "help me" at night', "why: somebody said [quoted] at night"),
        ("got 'don't go' there", "got [quoted] there"),
        ("Error [input_value={'why': 'hel...p', 'x'}]", "Error [[quoted]"),
        ("„Hilfe“ und «aide»", "[quoted] und [quoted]"),
        ("Run `distressd doctor` now", "Run `distressd doctor` now"),
        ("peer 192.168.1.20 refused", "peer [address] refused"),
        ("peer 127.0.0.1 refused at 12:34:56", "peer 127.0.0.1 refused at 12:34:56"),
        ("peer fe80::1c2b:3d4e:5f60:7a8b refused", "peer [address] refused"),
        ("device 00:1A:7D:DA:71:13 left", "device [hardware address] left"),
        ("mail anne@example.org", "mail [mail]"),
        ("GET /login?code=123456 HTTP", "GET /login?code=[removed] HTTP"),
        ("connect ws://127.0.0.1:8765/v1", "connect ws://127.0.0.1:8765/v1"),
        ("from https://care.example/a", "from https://[url]"),
        ("it's 3 o'clock", "it's 3 o'clock"),
    ],
)
def test_what_is_private_goes_and_the_rest_stays(text, left):
    assert redaction.text(text) == left


def test_every_text_of_a_value_is_redacted():
    value = {f"by {TOKEN}": [1, True, None, {"why": 'said "help"'}], "anna": ("anna",)}
    assert redaction.value(value) == {
        "by [secret]": [1, True, None, {"why": "said [quoted]"}],
        "[name]": ["[name]"],
    }


@given(st.text(), st.text())
def test_a_secret_never_gets_through(before, after):
    assert TOKEN not in redaction.text(before + TOKEN + after)


def test_without_anything_private_nothing_changes():
    assert Redaction([], [], "").text("plain words") == "plain words"
