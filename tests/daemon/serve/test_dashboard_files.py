import re
from html.parser import HTMLParser

import pytest

from daemon.serve.files import dashboard_files

FILES = dashboard_files()


class Markup(HTMLParser):
    """Every tag with its attributes, and the text inside of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inline = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] in {"script", "style"}:
            self.inline += data.strip()


@pytest.mark.parametrize("path", sorted(FILES))
def test_every_file_is_served_as_what_it_is(daemon, path):
    status, headers, body = daemon.http(f"GET {path} HTTP/1.1")
    assert status == "HTTP/1.1 200 OK"
    assert headers["Content-Type"] == FILES[path].content_type
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body == FILES[path].text


@pytest.mark.parametrize(
    "path", ["/dashboard/", "/dashboard/../serve/login.py", "/dashboard/%2e%2e/health.py", "//etc"]
)
def test_nothing_else_is(daemon, path):
    assert daemon.http(f"GET {path} HTTP/1.1")[0] == "HTTP/1.1 404 Not Found"


@pytest.mark.parametrize("path", ["/", "/login?code=x", "/readyz", "/nothing"])
def test_no_page_may_frame_it_or_lend_it_anything(daemon, path):
    _, headers, _ = daemon.http(f"GET {path} HTTP/1.1")
    policy = dict(
        directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["connect-src"] == f"'self' ws://127.0.0.1:{daemon.server.port}"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("page", ["/", "/example"])
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(page):
    markup = Markup(FILES[page].text)
    assert markup.inline == ""
    for tag, attributes in markup.tags:
        assert not {name for name in attributes if name.startswith("on") or name == "style"}, tag
        address = attributes.get("src") or attributes.get("href") or "#"
        assert address.startswith("#") or address in FILES


@pytest.mark.parametrize("path", sorted(FILES))
def test_no_file_names_an_address_elsewhere(path):
    assert set(re.findall(r"\w+://[\w.]*", FILES[path].text)) <= {"http://www.w3.org"}


@pytest.mark.parametrize("path", [path for path in sorted(FILES) if path.endswith(".js")])
def test_what_a_script_imports_is_served(path):
    for name in re.findall(r'from "\./([^"]+)"', FILES[path].text):
        assert f"/dashboard/{name}" in FILES
    assert "innerHTML" not in FILES[path].text
