"""What a page of somebody else can do to the daemon, in a browser that is signed in: nothing."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

STRANGER = """<!doctype html><title>waiting</title>
<iframe id="framed" src="http://127.0.0.1:{port}/"></iframe>
<script>
const told = {{}};
function attempt(name, url) {{
  return new Promise((done) => {{
    const socket = new WebSocket(url);
    socket.onmessage = (event) => done(told[name] = "heard " + event.data);
    socket.onclose = (event) => done(told[name] = "closed " + event.code);
    socket.onopen = () => socket.send('{{"type": "hello", "v": 1, "since": 0}}');
  }});
}}
function read(name, url) {{
  return fetch(url, {{ credentials: "include" }}).then(
    async (answer) => (told[name] = "read " + (await answer.text())),
    () => (told[name] = "kept out"),
  );
}}
Promise.all([
  attempt("socket", "ws://127.0.0.1:{port}/v1/alerts"),
  attempt("telemetry", "ws://127.0.0.1:{port}/v1/telemetry"),
  attempt("by name", "ws://localhost:{port}/v1/alerts"),
  read("metrics", "http://127.0.0.1:{port}/metrics"),
  read("page", "http://127.0.0.1:{port}/"),
]).then(() => {{ document.title = JSON.stringify(told); }});
</script>
"""
KEPT_OUT = {
    "socket": "closed 4403",
    "telemetry": "closed 4403",
    "by name": "closed 4403",
    "metrics": "kept out",
    "page": "kept out",
}


@pytest.fixture
def stranger(daemon):
    """The address of another server on this machine, whose page tries everything."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = STRANGER.format(port=daemon.server.port).encode()
            if self.path == "/null":
                page = body.decode().replace("&", "&amp;").replace('"', "&quot;")
                body = f'<iframe sandbox="allow-scripts" srcdoc="{page}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "rebound.example"])
def test_a_page_on_another_port_or_name_is_kept_out(page, stranger, name):
    page.goto(stranger.replace("127.0.0.1", name))
    page.wait_for_function("() => document.title !== 'waiting'")
    assert page.evaluate("told") == KEPT_OUT


def test_a_page_without_an_origin_of_its_own_is_kept_out(page, stranger):
    page.goto(f"{stranger}/null")
    frame = page.frames[1]
    frame.wait_for_function("() => document.title !== 'waiting'")
    assert frame.evaluate("told") == KEPT_OUT


def test_it_cannot_be_framed(page, stranger, daemon):
    page.goto(stranger)
    page.wait_for_function("() => document.title !== 'waiting'")
    (frame,) = [one for one in page.frames if one.parent_frame is not None]
    assert frame.url != f"http://127.0.0.1:{daemon.server.port}/"
    assert page.evaluate("document.getElementById('framed').contentDocument") is None


def test_under_a_rebound_name_there_is_no_dashboard(page, daemon):
    answer = page.goto(f"http://rebound.example:{daemon.server.port}/")
    assert answer.status == 403


def test_a_link_that_was_used_signs_nobody_in(daemon, tab):
    link = daemon.sign_in()
    first, second = tab(), tab()
    first.goto(link)
    first.wait_for_selector('body[data-link="live"]')
    assert second.goto(link).status == 403
    assert "distressd dashboard" in second.inner_text("body")
    second.goto(f"http://127.0.0.1:{daemon.server.port}/")
    second.wait_for_selector('body[data-link="signed-out"]')
    assert "not signed in" in second.inner_text("#notices")


def test_the_cookie_is_out_of_reach_of_scripts(page):
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize(
    "said",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"'><svg/onload=alert(1)>",
        "javascript:alert(1) {{constructor}} ${1}",
    ],
)
def test_a_script_in_what_was_said_is_words(start, tab, said):
    daemon = start(transcripts=True)
    page = tab()
    page.goto(daemon.sign_in())
    page.wait_for_selector('body[data-link="live"]')
    daemon.alert(transcript=said, explanation=said, why=said)
    page.click(".alert-summary")
    assert page.inner_text(".alert-body blockquote") == said
    assert page.inner_text(".alert-why") == said
    assert page.locator(".alert script, .alert img, .alert svg").count() == 0
