"""The broker of jobs: the Redis that is the cache too, or RabbitMQ."""

from __future__ import annotations

from typing import Any


def broker_url(url: str, redis_url: str) -> str:
    """
    The URL in Celery's words.

    :param url: empty for `redis_url`.
    """
    if url:
        return url
    if redis_url.startswith("unix:"):
        return redis_url.replace("unix://", "redis+socket://") + "?virtual_host=0"
    return redis_url


def transport_options(url: str) -> dict[str, Any]:
    """
    With AMQP, a message is sent when the broker has stored it. The broker returns the messages of a dead worker; in
    Redis, the workers do that, after the visibility timeout.
    """
    if url.startswith(("amqp", "pyamqp")):
        return {"confirm_publish": True}
    return {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 0.5,
    }
