"""What Home Assistant is told, so that it shows the daemon as a device by itself."""

from importlib.metadata import version
from typing import Any

MANUFACTURER = "distressd"


def discovery(
    prefix: str, daemon: str, base: str, *, control: bool
) -> dict[str, dict[str, Any] | None]:
    """Retained messages by their topic; None where one of an earlier time is to go.

    Args:
        prefix: under which Home Assistant looks.
        daemon: the name of this daemon.
        base: the topic under which it tells.
        control: whether its pause can be switched from there.
    """
    device = {
        "identifiers": [f"distressd_{daemon}"],
        "name": f"distressd {daemon}",
        "manufacturer": MANUFACTURER,
        "sw_version": version("distressd"),
    }
    entities: dict[tuple[str, str], dict[str, Any] | None] = {
        ("binary_sensor", "alert"): {
            "name": "Alert",
            "device_class": "safety",
            "value_template": "{{ value_json.alert }}",
            "json_attributes_topic": f"{base}/state",
        },
        ("sensor", "level"): {
            "name": "Level",
            "icon": "mdi:alert",
            "device_class": "enum",
            "options": ["none", "advisory", "warning", "critical"],
            "value_template": "{{ value_json.level }}",
        },
        ("sensor", "source"): {
            "name": "Microphone",
            "icon": "mdi:microphone",
            "entity_category": "diagnostic",
            "value_template": "{{ value_json.liveness }}",
        },
        ("switch", "pause"): {
            "name": "Pause",
            "icon": "mdi:pause",
            "value_template": "{{ value_json.paused }}",
            "command_topic": f"{base}/pause/set",
        }
        if control
        else None,
    }
    return {
        f"{prefix}/{component}/distressd_{daemon}/{name}/config": entity
        and {
            **entity,
            "unique_id": f"distressd_{daemon}_{name}",
            "object_id": f"distressd_{daemon}_{name}",
            "state_topic": f"{base}/state",
            "availability_topic": f"{base}/availability",
            "device": device,
        }
        for (component, name), entity in entities.items()
    }
