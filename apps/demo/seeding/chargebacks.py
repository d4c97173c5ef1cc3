"""Payments that the employer's bank takes back, through the payment processor's control endpoints."""

from __future__ import annotations

from datetime import datetime

import requests
from django.conf import settings

from apps.demo.seeding.background import run_jobs
from apps.demo.steps import TIMEOUT_SECONDS, days
from apps.payments.models import Charge
from apps.payments.operations import chargebacks


def add(charge: Charge, *, is_lost: bool, now: datetime) -> None:
    charge.refresh_from_db()
    remote_id = _control(charge.remote_payment_id, reason="product_not_received")
    chargebacks.refresh_chargeback(gateway=charge.gateway, remote_id=remote_id, now=now)
    run_jobs(now)
    if is_lost:
        _control(remote_id, status="lost")
        chargebacks.refresh_chargeback(gateway=charge.gateway, remote_id=remote_id, now=now + days(7))
        run_jobs(now + days(7))


def _control(object_id: str, **body: str) -> str:
    url = f"{settings.PROCESSOR_URL}/control/disputes/{object_id}"
    response = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    response.raise_for_status()
    return str(response.json()["id"])
