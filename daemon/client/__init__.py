"""What a program that subscribes needs: see :func:`daemon.client.subscription.subscribe`."""

from daemon.client.subscription import Event, subscribe

__all__ = ["Event", "subscribe"]
