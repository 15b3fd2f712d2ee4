import pytest

from daemon.notify.secrecy import pieces, veiled


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        (
            "https://anna:pa%24%24word@care.example:8443/T00/k3y-of_x?key=abcd&v=1",
            {"anna", "pa%24%24word", "pa$$word", "care.example", "k3y-of_x", "abcd"},
        ),
        ("ntfy://a-topic", {"a-topic"}),
        ("http://127.0.0.1:18765/care", {"care"}),
        ("tgram://123456789:AAbb-cc/42", {"123456789", "AAbb-cc"}),
        ("Authorization: Bearer AAbb", {"Authorization", "Bearer", "AAbb"}),
        ("", set()),
    ],
)
def test_the_pieces_of_an_address(setting, found):
    assert pieces(setting) == found


def test_they_are_taken_out_whole_and_in_any_case():
    secret = pieces("ntfy://care.example/care/topic")
    told = veiled("care.example: TOPIC topics /care topic.", secret)
    assert told == "[secret]: [secret] topics /[secret] [secret]."
    assert veiled("care", pieces("")) == "care"
