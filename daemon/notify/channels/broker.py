"""A connection to an MQTT broker, for who tells and for who looks on."""

import logging
from typing import TYPE_CHECKING

from daemon.notify.channels.channel import DeliveryError, trusted

if TYPE_CHECKING:
    import aiomqtt

    from daemon.config.notify import Mqtt

KEEPALIVE_S = 20  # a broker that is gone is noticed within one and a half of these
QUEUE = 64  # messages that came and were not looked at; beyond, the library drops the newest
_REFUSED = {4, 5, 134, 135}  # the codes of MQTT 3.1.1 and 5 for a wrong name or password


def client_of(
    config: "Mqtt", will: "aiomqtt.Will | None", timeout_s: float, queue: int = QUEUE
) -> "aiomqtt.Client":
    """A client that is not connected yet.

    Raises:
        DeliveryError: the authorities that ``config`` names cannot be used.
    """
    import aiomqtt

    return aiomqtt.Client(
        config.host,
        config.port,
        username=config.username or None,
        password=config.password.get_secret_value() if config.password else None,
        tls_context=trusted(config.ca) if config.tls else None,
        will=will,
        keepalive=KEEPALIVE_S,
        timeout=timeout_s,
        max_queued_incoming_messages=queue,
        logger=logging.getLogger("daemon.notify.aiomqtt"),
    )


def failure_of(config: "Mqtt", error: Exception) -> DeliveryError:
    """Why the broker did not do what was asked."""
    from aiomqtt.exceptions import MqttConnectError

    # Other errors have codes of the library's own, of which 4 means that the connection is gone.
    code = error.rc if isinstance(error, MqttConnectError) else None
    if getattr(code, "value", code) in _REFUSED:
        return DeliveryError(
            "the broker refuses username and password",
            "Set both as the broker knows them.",
            absent=True,
        )
    return DeliveryError(
        f"the broker at {config.host}:{config.port} cannot be reached ({error})",
        "Look at whether it is up.",
    )
