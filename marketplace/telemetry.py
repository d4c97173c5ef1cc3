"""Opt-in: errors to Sentry and traces to an OpenTelemetry collector. Nothing is imported, and nothing sent, unasked."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from marketplace.logs import cut_secrets


def start(*, sentry_dsn: str, otel_endpoint: str, environment: str, version: str, process: str) -> list[str]:
    """What was started. :raises RuntimeError: where it is asked for and its package is not installed."""
    started = []
    try:
        if sentry_dsn:
            import sentry_sdk

            sentry_sdk.init(
                dsn=sentry_dsn, environment=environment, release=version, send_default_pii=False,
                max_request_body_size="never", include_local_variables=False, before_send=without_secrets,
            )  # fmt: skip
            started.append("sentry")
        if otel_endpoint:
            from opentelemetry import trace
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.instrumentation.django import DjangoInstrumentor
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            resource = Resource.create({"service.name": f"tradewind-{process}", "service.version": version})
            provider = TracerProvider(resource=resource)
            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(provider)
            DjangoInstrumentor().instrument()
            started.append("opentelemetry")
    except ImportError as error:
        extra = "telemetry" if not sentry_dsn or "sentry" in started else "sentry"
        raise RuntimeError(
            f"{error.name} is not installed: the extra “{extra}” in pyproject.toml names the packages."
        ) from error
    return started


def without_secrets(event: MutableMapping[str, Any], hint: Any) -> MutableMapping[str, Any]:
    """Every text of a report as logs would have it."""
    return _cut(event)  # type: ignore[no-any-return]


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return cut_secrets(value)
    if isinstance(value, dict):
        return {name: _cut(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_cut(part) for part in value]
    return value
