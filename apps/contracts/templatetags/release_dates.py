"""When held money is released, for pages of the money, which does not know about work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import template

from apps.contracts.queries import milestones

register = template.Library()


@register.simple_tag
def next_releases(organization_id: UUID) -> dict[str, datetime]:
    """By currency, when the next delivery of a freelancer is approved automatically."""
    return milestones.next_releases(organization_id)
