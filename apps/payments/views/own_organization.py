from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.payments import policies


def organization_id_of(request: HttpRequest) -> UUID:
    """
    The id of the organization the actor acts for.

    :raises NotFound: if the actor acts for no organization, or may not see its money.
    """
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see_money(actor(request), organization_id)
    return organization_id
