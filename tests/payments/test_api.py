"""Charges over the API: for their payer alone."""

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


def api(organization) -> APIClient:
    client = APIClient()
    client.force_login(organization.memberships.get(role="owner").user)
    return client


def test_charges_are_read_by_their_payer_alone(make):
    escrow = make.escrow(status="funded")
    payer, payee = api(escrow.payer), api(escrow.payee)
    charge = payer.get("/api/v1/charges/").json()["results"][0]
    assert charge["amount"] == {"amount_minor": 52500, "currency": "EUR"}
    assert payer.get(f"/api/v1/charges/{charge['id']}/").json() == charge
    assert payee.get(f"/api/v1/charges/{charge['id']}/").status_code == 404
    assert payee.get("/api/v1/charges/").json()["results"] == []
