"""The OpenAPI schema documents the error responses of every endpoint, not only the successful ones."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from apps.common.api.problems import ProblemSerializer
from apps.common.api.serializers import StrictSerializer

_ALWAYS = {"400": "The request is malformed.", "401": "Log in or send a token.", "403": "Not allowed.",
           "404": "Not found, or not visible to you.",
           "422": "A rule of the marketplace refuses this.",
           "429": "Too many requests: see Retry-After.",
           "503": "The database or an outside service does not answer; nothing was lost."}  # fmt: skip
_WRITES = {"409": "The state has changed.", "415": "Send JSON."}  # fmt: skip


class ProblemAutoSchema(AutoSchema):
    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call, arg-type]
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)  # type: ignore[no-untyped-call, arg-type]
        refusals = dict(_ALWAYS)
        if self.method not in ("GET", "HEAD", "OPTIONS"):
            refusals |= _WRITES
        for status, sentence in refusals.items():
            if status not in bodies:
                body = self._get_response_for_code(ProblemSerializer, status, ["application/problem+json"], direction)  # type: ignore[no-untyped-call]
                bodies[status] = {**body, "description": sentence}
        return bodies
