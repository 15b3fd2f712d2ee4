import re

import pytest

from daemon.serve.login import CODE_LIFE_S, MOST_CODES, SESSION_LIFE_S, Codes, Cookie


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def sign_in_path(daemon):
    return "/login" + daemon.sign_in().partition("/login")[2]


def signed_in(daemon):
    """The cookie of a browser that has followed a sign-in address."""
    status, headers, _ = daemon.http(f"GET {sign_in_path(daemon)} HTTP/1.1")
    assert status.startswith("HTTP/1.1 303")
    return headers["Set-Cookie"].partition(";")[0]


def own_origin(daemon):
    return f"http://127.0.0.1:{daemon.server.port}"


def page(daemon, cookie, **options):
    """A handshake as the dashboard's page makes it."""
    options = {"origin": own_origin(daemon)} | options
    return daemon.connect(additional_headers={"Cookie": cookie}, **options)


def test_a_code_signs_in_once(daemon):
    path = sign_in_path(daemon)
    status, headers, _ = daemon.http(f"GET {path} HTTP/1.1")
    assert status == "HTTP/1.1 303 See Other"
    assert headers["Location"] == "/"
    assert headers["Referrer-Policy"] == "no-referrer"
    flags = set(headers["Set-Cookie"].split("; ")[1:])
    assert flags == {f"Max-Age={SESSION_LIFE_S}", "Path=/", "HttpOnly", "SameSite=Strict"}
    status, headers, body = daemon.http(f"GET {path} HTTP/1.1")
    assert status == "HTTP/1.1 403 Forbidden"
    assert "Set-Cookie" not in headers
    assert "distressd dashboard" in body


def test_a_code_is_good_for_a_minute():
    clock = Clock()
    codes = Codes(clock)
    early, late = codes.give(), codes.give()
    clock.now += CODE_LIFE_S - 0.001
    assert codes.take(early)
    clock.now += 0.001
    assert not codes.take(late)


def test_few_codes_wait_at_a_time():
    codes = Codes(Clock())
    given = [codes.give() for _ in range(MOST_CODES + 1)]
    assert [codes.take(code) for code in given] == [False] + [True] * MOST_CODES


@pytest.mark.parametrize("query", ["", "?code=", "?code=wrong", "?code=%00", "?code=%C3%A9&code=x"])
def test_another_code_signs_nobody_in(daemon, query):
    sign_in_path(daemon)
    status, headers, _ = daemon.http(f"GET /login{query} HTTP/1.1")
    assert status == "HTTP/1.1 403 Forbidden"
    assert "Set-Cookie" not in headers


def test_codes_and_cookies_are_in_no_log(daemon, caplog):
    caplog.set_level("DEBUG", "daemon")
    path = sign_in_path(daemon)
    _, headers, _ = daemon.http(f"GET {path} HTTP/1.1")
    daemon.http(f"GET {path} HTTP/1.1")
    cookie = headers["Set-Cookie"].partition(";")[0]
    page(daemon, cookie).hello("").recv()
    assert "was used" in caplog.text
    assert path.partition("=")[2] not in caplog.text
    assert cookie.partition("=")[2] not in caplog.text


def test_head_takes_no_code(daemon):
    path = sign_in_path(daemon)
    _, headers, _ = daemon.http(f"HEAD {path} HTTP/1.1")
    assert "Set-Cookie" not in headers
    assert daemon.http(f"GET {path} HTTP/1.1")[0] == "HTTP/1.1 303 See Other"


@pytest.mark.parametrize("header", ["Origin: https://evil.example", "Origin: null"])
def test_a_foreign_page_takes_no_code(daemon, header):
    path = sign_in_path(daemon)
    status, headers, _ = daemon.http(f"GET {path} HTTP/1.1\r\n{header}")
    assert status == "HTTP/1.1 403 Forbidden"
    assert "Set-Cookie" not in headers
    assert daemon.http(f"GET {path} HTTP/1.1", host="evil.example")[0] == "HTTP/1.1 403 Forbidden"
    assert daemon.http(f"GET {path} HTTP/1.1")[0] == "HTTP/1.1 303 See Other"


def test_the_page_is_admitted_without_the_token_and_may_act(daemon):
    client = page(daemon, signed_in(daemon)).hello("")
    assert client.recv()["type"] == "snapshot"
    client.send(type="ack", id="1", alert="a")
    answers = client.recv_until(lambda message: message["type"] == "ok")
    assert answers[-1]["id"] == "1"
    assert daemon.control.asked == [("ack", "a")]


def test_the_page_signs_nobody_else_in(daemon):
    client = page(daemon, signed_in(daemon)).hello("")
    client.recv()
    client.send(type="sign_in", id="1")
    assert client.recv()["type"] == "error"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}/",
    ],
)
def test_any_other_page_is_4403_even_with_the_cookie(daemon, origin):
    cookie = signed_in(daemon)
    client = page(daemon, cookie, origin=origin.format(port=daemon.server.port))
    assert client.close_code() == 4403


def test_a_rebound_name_is_4403_even_with_the_cookie(daemon):
    port = daemon.server.port
    client = page(
        daemon, signed_in(daemon), name="evil.example", origin=f"http://evil.example:{port}"
    )
    assert client.close_code() == 4403
    assert "Host" in client.close_reason


def test_a_program_with_a_cookie_needs_the_token(daemon):
    client = daemon.connect(additional_headers={"Cookie": signed_in(daemon)}).hello("")
    assert client.close_code() == 4401


@pytest.mark.parametrize(
    "change",
    [lambda value: value[:-1] + "x", lambda value: "9" + value, lambda _: "", lambda _: ".."],
)
def test_a_cookie_that_was_not_signed_here_is_4403(daemon, change):
    name, _, value = signed_in(daemon).partition("=")
    assert page(daemon, f"{name}={change(value)}").close_code() == 4403


def test_a_good_cookie_beside_one_that_another_server_set_is_enough(daemon):
    cookie = signed_in(daemon)
    name = cookie.partition("=")[0]
    client = page(daemon, f"other=1; {name}=forged; {cookie}").hello("")
    assert client.recv()["type"] == "snapshot"


def test_a_session_outlives_a_restart_and_ends():
    clock = Clock()

    def cookie():
        return Cookie("t" * 43, 8765, secure=False, clock=clock)

    pair = cookie().header().partition(";")[0]
    assert cookie().admits([pair])
    assert not Cookie("u" * 43, 8765, secure=False, clock=clock).admits([pair])
    assert not Cookie("t" * 43, 8766, secure=False, clock=clock).admits([pair])
    clock.now += SESSION_LIFE_S
    assert not cookie().admits([pair])


def test_over_tls_the_cookie_stays_there():
    assert re.search(r"; Secure$", Cookie("t" * 43, 443, secure=True).header())
