"""An organization's details on documents, and its agreement to self-billing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import Actor
from apps.invoicing import policies
from apps.invoicing.fmt import SELF_BILLING_TEXT
from apps.invoicing.models import BillingDetails, SelfBillingChoice
from apps.invoicing.queries import documents

SELF_BILLING_VERSION = "2026-11"


@transaction.atomic
def save_billing_details(
    *,
    organization_id: UUID,
    legal_name: str,
    street: str,
    postcode: str,
    city: str,
    vat_id: str,
    tax_number: str,
    actor: Actor,
    now: datetime,
) -> BillingDetails:
    """Save the details for future documents; existing documents do not change."""
    policies.check_can_change_details(actor, organization_id)
    saved, _ = BillingDetails.objects.update_or_create(
        organization_id=organization_id,
        defaults={
            "legal_name": legal_name,
            "street": street,
            "postcode": postcode,
            "city": city,
            "vat_id": vat_id,
            "tax_number": tax_number,
            "changed_by_id": actor.person_id,
            "changed_at": now,
        },
    )
    return saved


@transaction.atomic
def choose_self_billing(
    *, organization_id: UUID, is_agreed: bool, text_version: str, actor: Actor, now: datetime
) -> SelfBillingChoice:
    """
    Agree that the marketplace writes the organization's invoices for released work, or end this for later releases.

    :raises TextOutdated: if the text the user read is not the current one.
    """
    policies.check_can_change_details(actor, organization_id)
    if is_agreed and text_version != SELF_BILLING_VERSION:
        raise policies.TextOutdated
    present = documents.self_billing_choice_of(organization_id)
    if present is not None and present.is_agreed == is_agreed and present.text_version == SELF_BILLING_VERSION:
        return present
    return SelfBillingChoice.objects.create(
        organization_id=organization_id,
        is_agreed=is_agreed,
        text_version=SELF_BILLING_VERSION,
        text_sha256=hashlib.sha256(SELF_BILLING_TEXT.encode()).hexdigest(),
        chosen_by_id=actor.person_id,
        chosen_at=now,
    )
