import json
import sys
import time

import psutil
import pytest

HOSTILE = '"; touch /tmp/x; $(id) `id` -e\n\0'


def test_the_event_is_json_on_standard_input_and_never_an_argument(start, alert, tmp_path, board):
    out = tmp_path / "out"
    program = tmp_path / "bell"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys, os\n"
        f"text = json.dumps([sys.argv[1:], json.load(sys.stdin)])\n"
        f"open({str(out)!r} + '.new', 'w').write(text)\n"
        f"os.rename({str(out)!r} + '.new', {str(out)!r})\n"
    )
    program.chmod(0o755)
    notifier = start(command={"bell": {"command": [str(program), "$HOME", "--loud"]}})
    notifier.submit(alert("a", why=HOSTILE))
    notifier.stop(60)
    assert notifier.figures_of("bell")["sent"] == 1
    words, told = json.loads(out.read_text())
    assert words == ["$HOME", "--loud"]
    assert told["text"] == HOSTILE


def test_one_that_hangs_is_killed_with_what_it_started(start, alert, tmp_path, board):
    pid = tmp_path / "pid"
    script = f"sleep 600 & echo $! >{pid}; wait"
    notifier = start(command={"bell": {"command": ["/bin/sh", "-c", script], "timeout_s": 0.5}})
    notifier.submit(alert())
    assert "does not end within 0.5 s" in board.until("notify_bell", "degraded").reason
    notifier.stop(0.0)
    deadline = time.monotonic() + 60
    while _runs(int(pid.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_that_fails_is_tried_again(start, alert, tmp_path, board):
    flag = tmp_path / "flag"
    script = f"test -e {flag} || {{ echo not yet >&2; exit 7; }}"
    notifier = start(command={"bell": {"command": ["/bin/sh", "-c", script]}})
    notifier.submit(alert())
    assert "failed with status 7 (not yet)" in board.until("notify_bell", "unavailable").reason
    flag.touch()
    board.until("notify_bell", "ok")
    notifier.stop(60)
    assert notifier.figures_of("bell")["sent"] == 1


def test_an_address_that_it_complains_of_is_not_told(start, alert, board):
    """As wget does."""
    script = "echo 'https://care.example/k3y-of-it?t=0therk3y: 404 not found' >&2; exit 8"
    call = f"{script} # https://care.example/k3y-of-it?t=0therk3y"
    notifier = start(command={"bell": {"command": ["/bin/sh", "-c", call]}})
    notifier.submit(alert())
    reason = board.until("notify_bell", "unavailable").reason
    assert "failed with status 8 (https://[secret]/[secret]?t=[secret]: 404 not found)" in reason


def test_one_that_leaves_something_behind_has_told(start, alert, board):
    notifier = start(command={"bell": {"command": ["/bin/sh", "-c", "sleep 600 2>&2 & exit 0"]}})
    notifier.submit(alert())
    notifier.stop(60)
    assert notifier.figures_of("bell")["sent"] == 1


@pytest.mark.parametrize("program", ["/nonexistent/bell", "/etc/passwd"])
def test_one_that_cannot_be_run(start, alert, board, program):
    notifier = start(command={"bell": {"command": [program]}})
    notifier.submit(alert())
    assert f"{program} cannot be run" in board.until("notify_bell", "unavailable").reason


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
