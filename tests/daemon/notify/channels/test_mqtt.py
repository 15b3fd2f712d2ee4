"""Against a real Mosquitto."""

import json
import queue
import time

from daemon.config.notify import Mqtt
from daemon.notify.channels.broker import failure_of
from daemon.notify.channels.made import Surroundings
from daemon.notify.channels.standing import Standing
from daemon.wire.server import SourceStatus

BASE = "distressd/bedroom"
MQTT_ERR_NO_CONN = 4  # as paho has it; of a broker's answer it means a wrong name or password
WELL = SourceStatus(name="mic", state="ok", liveness="healthy")


class Control:
    """What was switched."""

    def __init__(self):
        self.asked = queue.Queue()

    def pause(self, seconds):
        self.asked.put(("pause", seconds))

    def resume(self):
        self.asked.put(("resume",))

    def ack(self, alert):
        raise AssertionError

    false_alarm = ack


class World:
    """How things stand."""

    def __init__(self):
        self.open = ()
        self.source = WELL
        self.control = Control()
        self.around = Surroundings(lambda: Standing(self.open, self.source), self.control)


def test_home_assistant_finds_it_and_sees_how_things_stand(start, broker, watch, alert):
    world = World()
    watcher = watch()
    notifier = start(world.around, mqtt={"home": broker.settings()})
    found = {}
    while len(found) < 4:
        topic, payload, _ = watcher.messages.get(timeout=60)
        if topic.endswith("/config"):
            found[topic] = json.loads(payload)
    for topic, entity in found.items():
        assert topic.startswith("homeassistant/")
        assert entity["state_topic"] == f"{BASE}/state"
        assert entity["availability_topic"] == f"{BASE}/availability"
        assert entity["device"]["identifiers"] == ["distressd_bedroom"]
    assert len({entity["unique_id"] for entity in found.values()}) == 4
    state = json.loads(watcher.until(f"{BASE}/state"))
    assert (state["alert"], state["level"], state["liveness"]) == ("OFF", "none", "healthy")
    assert watcher.until(f"{BASE}/availability") == "online"

    raised = alert("a", level="critical", seq=1)
    world.open = (raised,)
    notifier.submit(raised)
    assert json.loads(watcher.until(f"{BASE}/event"))["alerts"] == ["a"]
    state = json.loads(watcher.until(f"{BASE}/state"))
    assert (state["alert"], state["level"], state["kind"]) == ("ON", "critical", "scream")
    world.open = ()
    notifier.submit(alert("a", "cleared", seq=2))
    assert json.loads(watcher.until(f"{BASE}/state"))["alert"] == "OFF"
    world.source = WELL.model_copy(update={"state": "unavailable", "liveness": "failed"})
    notifier.state_changed()
    assert json.loads(watcher.until(f"{BASE}/state"))["liveness"] == "failed"

    late = watch()  # what is retained is there for who comes later
    assert json.loads(late.until(f"{BASE}/state"))["liveness"] == "failed"
    notifier.stop(60)
    assert late.until(f"{BASE}/availability", lambda payload: payload != "online") == "offline"


def test_the_switch_pauses_and_resumes(start, broker, watch, board):
    world = World()
    watcher = watch()
    watcher.publish(f"{BASE}/pause/set", "ON", retain=True)  # of some earlier day: nobody's wish
    notifier = start(world.around, mqtt={"home": broker.settings(pause_s=90.0)})
    board.until("notify_home", "ok")
    watcher.publish(f"{BASE}/pause/set", "maybe")
    watcher.publish(f"{BASE}/pause/set", "ON")
    assert world.control.asked.get(timeout=60) == ("pause", 90.0)
    world.source = WELL.model_copy(update={"paused_until": "2026-01-01T00:00:00.000000Z"})
    notifier.state_changed()
    watcher.until(f"{BASE}/state", lambda state: json.loads(state)["paused"] == "ON")
    watcher.publish(f"{BASE}/pause/set", "OFF")
    assert world.control.asked.get(timeout=60) == ("resume",)
    assert world.control.asked.empty()


def test_without_control_nobody_pauses(start, broker, watch, board):
    world = World()
    watcher = watch()
    start(world.around, mqtt={"home": broker.settings(control=False)})
    board.until("notify_home", "ok")
    found = watcher.until("homeassistant/switch/distressd_bedroom/pause/config")
    assert found == "", "a switch of an earlier configuration is taken away"
    watcher.publish(f"{BASE}/pause/set", "ON")
    watcher.publish("homeassistant/status", "online")  # read after it: the client reads in order
    watcher.until("homeassistant/switch/distressd_bedroom/pause/config")
    assert world.control.asked.empty()


def test_every_alert_comes_once_and_in_order_after_the_broker_died(
    start, broker, watch, alert, board
):
    world = World()
    notifier = start(world.around, mqtt={"home": broker.settings(digest_after=0)})
    board.until("notify_home", "ok")
    broker.kill()
    board.until("notify_home", "degraded")
    for name in "abcde":
        notifier.submit(alert(name))
    board.until("notify_home", "unavailable")
    broker.start()
    board.until("notify_home", "ok")
    # It may have been quicker than any watcher: what comes now comes after all that waited.
    watcher = watch()
    assert watcher.until(f"{BASE}/availability") == "online"
    notifier.submit(alert("f"))
    events = [json.loads(watcher.until(f"{BASE}/event"))["alerts"]]
    while events[-1] != ["f"]:
        events.append(json.loads(watcher.until(f"{BASE}/event"))["alerts"])
    assert events == [[name] for name in "abcdef"][-len(events) :]
    notifier.stop(60)
    figures = notifier.figures_of("home")
    assert (figures["sent"], figures["failed"], figures["dropped"]) == (6, 0, 0)


def test_who_listens_gets_every_alert_once_and_in_order_after_the_line_was_cut(
    start, broker, line, watch, alert, board
):
    watcher = watch()
    settings = broker.settings(port=line.port, digest_after=0)
    notifier = start(World().around, mqtt={"home": settings})
    board.until("notify_home", "ok")
    notifier.submit(alert("a"))
    events = [json.loads(watcher.until(f"{BASE}/event"))["alerts"]]
    line.cut()
    for name in "bcd":
        notifier.submit(alert(name))
    board.until("notify_home", "unavailable")
    line.mend()
    board.until("notify_home", "ok")
    notifier.submit(alert("e"))
    notifier.stop(60)
    watcher.publish("done", "")
    while (message := watcher.messages.get(timeout=60))[0] != "done":
        if message[0] == f"{BASE}/event":
            events.append(json.loads(message[1])["alerts"])
    assert events == [[name] for name in "abcde"]


def test_a_connection_that_is_gone_is_no_wrong_password(broker):
    from aiomqtt.exceptions import MqttCodeError, MqttConnectError

    config = Mqtt(**broker.settings())
    gone = failure_of(config, MqttCodeError(MQTT_ERR_NO_CONN, "Could not publish message"))
    assert "cannot be reached" in gone.reason
    assert not gone.absent
    refused = failure_of(config, MqttConnectError(MQTT_ERR_NO_CONN))
    assert "refuses username and password" in refused.reason


def test_a_wrong_password_is_said(start, broker, board, alert):
    notifier = start(World().around, mqtt={"home": broker.settings(password="wrong")})
    health = board.until("notify_home", "unavailable")
    assert health.reason == "The broker refuses username and password."
    notifier.submit(alert())
    deadline = time.monotonic() + 60
    while notifier.figures_of("home")["waiting"] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
