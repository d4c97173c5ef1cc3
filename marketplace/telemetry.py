"""
Optional: errors to Sentry and traces to an OpenTelemetry collector. Without configuration nothing is imported or sent.

No personal data and no keys are sent: URLs without query, no bodies, only a few headers, no statement parameters, and
secrets and e-mail addresses are removed from all texts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from marketplace.logs import CUT, cut_secrets

_EMAIL = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_QUERY = re.compile(r"(https?://[^\s?\"'<>]+|^/[^\s?\"'<>]*)\?[^\s\"'<>]*")
_HEADERS_KEPT = {"accept", "accept-language", "content-type", "content-length", "host", "x-request-id"}
# Span attributes that are people's addresses or may contain their input.
_DROPPED = {
    "net.peer.ip", "net.peer.name", "client.address", "http.client_ip", "enduser.id", "celery.args", "celery.kwargs",
    "db.statement.parameters", "http.user_agent", "user_agent.original",
}  # fmt: skip


MISSING = "{} is not installed: install requirements/observability.txt."


def start_sentry(*, dsn: str, environment: str, version: str, process: str) -> None:
    """
    Start Sentry from the settings, so that all later errors are reported.

    :raises RuntimeError: if its package is not installed.
    """
    try:
        import sentry_sdk
    except ImportError as error:
        raise RuntimeError(MISSING.format(error.name)) from error
    sentry_sdk.init(
        dsn=dsn, environment=environment, release=version, server_name=f"tradewind-{process}", send_default_pii=False,
        max_request_body_size="never", include_local_variables=False, max_breadcrumbs=20, before_send=without_secrets,
        before_breadcrumb=without_secrets,
    )  # fmt: skip


def start_traces() -> None:
    """
    Start traces if OTEL_EXPORTER_OTLP_ENDPOINT is set: in each working process, after the settings were read (Django's
    instrumentation changes them) and after a fork, which the exporter's thread would not survive.
    https://opentelemetry-python.readthedocs.io/en/latest/examples/fork-process-model/

    :raises RuntimeError: if its packages are not installed.
    """
    from django.conf import settings

    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    try:
        _start_traces(settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.VERSION, settings.PROCESS_KIND)
    except ImportError as error:
        raise RuntimeError(MISSING.format(error.name)) from error


def _start_traces(endpoint: str, version: str, process: str) -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class CuttingExporter(SpanExporter):
        """Exports spans without personal data and secrets."""

        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def export(self, spans: Any) -> SpanExportResult:
            return self.inner.export([_without_secrets(span) for span in spans])  # type: ignore[no-any-return]

        def shutdown(self) -> None:
            self.inner.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return bool(self.inner.force_flush(timeout_millis))

    def _without_secrets(span: Any) -> ReadableSpan:
        events = [type(event)(event.name, clean(event.attributes), event.timestamp) for event in span.events]
        return ReadableSpan(
            name=cut(span.name), context=span.context, parent=span.parent, resource=span.resource,
            attributes=clean(span.attributes), events=events, links=span.links, kind=span.kind,
            status=type(span.status)(span.status.status_code, cut(span.status.description or "") or None),
            start_time=span.start_time, end_time=span.end_time, instrumentation_scope=span.instrumentation_scope,
        )  # fmt: skip

    resource = Resource.create({"service.name": f"tradewind-{process}", "service.version": version})
    provider = TracerProvider(resource=resource)
    # An endpoint passed as an argument is used as it is: only the environment variable gets /v1/traces appended.
    address = f"{endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(CuttingExporter(OTLPSpanExporter(endpoint=address))))
    trace.set_tracer_provider(provider)
    # Load balancers request these every few seconds.
    os.environ.setdefault("OTEL_PYTHON_DJANGO_EXCLUDED_URLS", "livez,readyz,metrics,version")
    Psycopg2Instrumentor().instrument(skip_dep_check=True)
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    if process == "web":
        DjangoInstrumentor().instrument()


def cut(text: str) -> str:
    """The text without keys, tokens, URL queries and e-mail addresses."""
    return _EMAIL.sub(CUT, cut_secrets(_QUERY.sub(r"\1", text)))


def clean(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """A span's attributes without personal data and secrets."""
    return {
        name: cut(value) if isinstance(value, str) else value
        for name, value in (attributes or {}).items()
        if name not in _DROPPED
    }


def without_secrets(event: Any, hint: Any) -> Any:
    """A Sentry event or breadcrumb without personal data and secrets."""
    request = event.get("request")
    if isinstance(request, dict):
        for name in ("data", "cookies", "query_string", "env"):
            request.pop(name, None)
        headers = request.get("headers") or {}
        request["headers"] = {name: text for name, text in headers.items() if name.lower() in _HEADERS_KEPT}
    event.pop("user", None)
    return _cut(event)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, dict):
        return {name: _cut(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(part) for part in value]
    return value
