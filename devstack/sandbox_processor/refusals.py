"""An API error in the format of Stripe's error objects."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.code, self.message = status, kind, code, message

    @property
    def is_kept(self) -> bool:
        """
        Whether the answer is stored under the idempotency key: an insufficient balance is the result of an executed
        request; a malformed request was not executed.
        """
        return self.code in {"balance_insufficient", "insufficient_funds"}

    def body(self) -> dict[str, Any]:
        error = {"type": self.kind, "message": self.message}
        return {"error": error | ({"code": self.code} if self.code else {})}


def missing(parameter: str) -> Refusal:
    return Refusal(400, "invalid_request_error", "parameter_missing", f"Missing required param: {parameter}.")


def unknown(kind: str, object_id: str) -> Refusal:
    return Refusal(404, "invalid_request_error", "resource_missing", f"No such {kind}: '{object_id}'")
