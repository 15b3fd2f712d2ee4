import shutil
import socket
import ssl
import subprocess

import pytest

from daemon.errors import ServeError


def test_a_port_in_use_is_said_with_the_remedy(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServeError, match=rf"Port {port} .*in use.*another port in \[serve\]"):
            start(port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "care.example"])
def test_beyond_loopback_needs_certificate_and_hosts(start, host):
    with pytest.raises(ServeError, match=r"other machines.*tls_certificate"):
        start(host=host)
    with pytest.raises(ServeError, match="other machines"):
        start(host=host, hosts=["care.example"])


def test_a_certificate_that_is_none_is_named(start, tmp_path):
    path = tmp_path / "server.pem"
    with pytest.raises(ServeError, match=r"server\.pem.*cannot be used"):
        start(tls_certificate=path, tls_key=path)
    path.write_text("no certificate")
    with pytest.raises(ServeError, match=r"server\.pem.*cannot be used"):
        start(tls_certificate=path, tls_key=path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_nothing(start, host):
    if host == "::1":
        try:
            socket.create_server((host, 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no IPv6")
    daemon = start(host=host)
    name = "[::1]" if host == "::1" else host
    assert daemon.server.url == f"ws://{name}:{daemon.server.port}"
    assert daemon.server.port > 0
    assert daemon.health.part("serve").state == "ok"


@pytest.fixture
def certificate(tmp_path):
    """A certificate for care.example, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so there is no certificate to serve with")
    paths = tmp_path / "server.pem", tmp_path / "server.key"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    subject = ["-subj", "/CN=care.example", "-addext", "subjectAltName=DNS:care.example"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run([*command.split(), *subject, *files], check=True)
    return paths


def test_beyond_loopback_it_speaks_tls_under_its_listed_name(start, certificate):
    path, key = certificate
    daemon = start(host="0.0.0.0", hosts=["care.example"], tls_certificate=path, tls_key=key)
    assert daemon.server.url == f"wss://care.example:{daemon.server.port}"
    context = ssl.create_default_context(cafile=path)
    client = daemon.connect(scheme="wss", name="care.example", ssl=context).hello()
    assert client.recv()["type"] == "snapshot"
    daemon.alert()
    assert client.recv()["type"] == "alert"
    plain = socket.create_connection(("127.0.0.1", daemon.server.port), timeout=30)
    with plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert b"HTTP" not in plain.recv(1000)


def test_who_begins_no_tls_handshake_is_not_waited_for(start, certificate):
    path, key = certificate
    daemon = start(tls_certificate=path, tls_key=key)
    with socket.create_connection(("127.0.0.1", daemon.server.port), timeout=30) as silent:
        assert silent.recv(1) == b""
