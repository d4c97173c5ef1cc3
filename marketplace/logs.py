"""
Logs: one object per line with time, level, event and the ids of request, person, organization and job. Keys in URLs,
tokens and passwords are removed.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

CUT = "[cut]"
# The URL itself is the secret: anyone who has it can use it. tests/common/test_logs.py compares this with the list of
# pages.
_IN_PATH = re.compile(
    r"(?<=/)(password/reset/key|confirm-email|invitations/accept|notifications/unsubscribe|calendars)/[^/\s?\"'<>]+"
)
_IN_QUERY = re.compile(
    r"([?&;](?:[\w-]*(?:token|secret|password|passwd|signature|api_?key|sesame)[\w-]*|key|code|sig)=)[^&\s\"'<>]+",
    re.IGNORECASE,
)
_KEYS = re.compile(r"\b(?:tw_|whsec_|sk_live_|sk_test_|rk_live_)[\w-]{8,}|(?<=Bearer )[\w.~+/=-]{8,}")
_SECRET_NAMES = re.compile(r"token|secret|password|authorization|cookie|api_?key", re.IGNORECASE)


def cut_secrets(text: str) -> str:
    """The text without keys, tokens and secret URLs."""
    text = _IN_PATH.sub(rf"\1/{CUT}", text)
    return _KEYS.sub(CUT, _IN_QUERY.sub(rf"\1{CUT}", text))


def cut_secrets_processor(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, before the renderer: removes values by their name, and secrets in all texts."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name) and isinstance(value, str):
            event[name] = CUT
        elif isinstance(value, str):
            event[name] = cut_secrets(value)
    return event


class SecretsFilter(logging.Filter):
    """For handlers of the standard library: the formatted line, and the text of an exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            return True  # structlog's own line, cleaned by its processors; as a text it could not be rendered any more
        line = record.getMessage()
        cut = cut_secrets(line)
        if cut != line:
            record.msg, record.args = cut, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = cut_secrets(logging.Formatter().formatException(record.exc_info))
        return True


REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/=:-]{7,127}")


class RequestIdMiddleware:
    """Uses a proxy's request id if it is valid, else creates one; and returns it in the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        header = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = header if REQUEST_ID.fullmatch(header) else uuid.uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


# Added to every line, whether a library wrote it through `logging` or we did through structlog.
_ADDED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.StackInfoRenderer(),
]


def _id_of_its_request(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Django logs some lines after the request's context has ended; those have the request itself."""
    request = getattr(event.get("_record"), "request", None)
    if isinstance(request, HttpRequest) and "request_id" not in event:
        event["request_id"] = request.META.get("HTTP_X_REQUEST_ID", "")
    return event


def structlog_options(level: str) -> dict[str, Any]:
    """The structlog options that pass lines to `logging`, so that one handler writes both."""
    return {
        "wrapper_class": structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        "logger_factory": structlog.stdlib.LoggerFactory(),
        "processors": [*_ADDED, cut_secrets_processor, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    }


def logging_config(level: str, form: str) -> dict[str, Any]:
    """
    :param form: "json" for machines, "plain" for a terminal.
    """
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_ADDED, _id_of_its_request],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    cut_secrets_processor,  # before the renderer, which comes last
                    renderer,
                ],
            }
        },
        "filters": {"secrets": {"()": "marketplace.logs.SecretsFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
        "root": {"handlers": ["console"], "level": level},
        # Beat starts several jobs a second: one line each would hide the others.
        "loggers": {name: {"level": max(level, "WARNING", key=_number)} for name in ("celery", "kombu", "amqp")},
    }


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level]
