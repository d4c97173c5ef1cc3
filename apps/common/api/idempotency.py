"""
`Idempotency-Key` for POSTs that move money: a repeated request gets the first response again.

The same key with other content is refused. A repeat while the first request is running is refused with 409 and
`Retry-After`. If a request died without a response, its key can be used again two minutes after the request
(`ABANDONED_AFTER`).
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.errors import Conflict, Invalid
from apps.common.models import IdempotencyRecord

HEADER = "Idempotency-Key"
NEEDS_KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True, description="Any unique text, for example a UUID."
)
# Longer than the timeout of any request behind a web server.
ABANDONED_AFTER = timedelta(minutes=2)
Endpoint = Callable[..., Response]


class KeyMissing(Invalid):
    code = "idempotency_key_missing"
    message = _("Send an Idempotency-Key header with this request: it moves money.")


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was already used with other content. Use a new key for a new request.")


class StillRunning(Conflict):
    code = "idempotency_still_running"
    retry_after = 5
    message = _("The first request with this Idempotency-Key is still being handled. Try again in a moment.")


def idempotent(endpoint: Endpoint) -> Endpoint:
    """Wrap a view method `(self, request, ...) -> Response`."""

    @functools.wraps(endpoint)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key or len(key) > 255:
            raise KeyMissing
        fingerprint = _fingerprint(request)
        record, is_first = _claim(request, key, fingerprint)
        if not is_first:
            return _replay(record, fingerprint)
        try:
            response = endpoint(self, request, *args, **kwargs)
        except Exception:
            # A refused request moved nothing: it may be repeated with the same key once the cause is fixed.
            record.delete()
            raise
        record.status_code, record.body = response.status_code, json.loads(json.dumps(response.data, default=str))
        record.save(update_fields=["status_code", "body"])
        return response

    return wrapped


def _fingerprint(request: Request) -> str:
    body = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def _user_id(request: Request) -> UUID:
    user_id = request.user.pk
    assert isinstance(user_id, UUID), "endpoints that move money refuse strangers"
    return user_id


def _claim(request: Request, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(user_id=_user_id(request), key=key, fingerprint=fingerprint), True
    except IntegrityError:
        record = IdempotencyRecord.objects.get(user_id=_user_id(request), key=key)
    # A first request that died without a response must not block its key forever; operations refuse what was already
    # done.
    now = timezone.now()
    abandoned = IdempotencyRecord.objects.filter(
        id=record.id, status_code=None, fingerprint=fingerprint, created_at__lt=now - ABANDONED_AFTER
    )
    return record, abandoned.update(created_at=now) == 1


def _replay(record: IdempotencyRecord, fingerprint: str) -> Response:
    if record.fingerprint != fingerprint:
        raise KeyReused
    if record.status_code is None:
        raise StillRunning
    return Response(record.body, status=record.status_code, headers={"Idempotent-Replayed": "true"})
