"""A person's own settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import (
    User,
)
from apps.accounts.operations.organizations import check_name, rename_organization
from apps.common.actors import Actor


@transaction.atomic
def update_settings(
    *,
    user: User,
    changes: dict[str, Any],
    actor: Actor | None = None,
    organization_name: str | None = None,
    now: datetime | None = None,
) -> User:
    """
    Change a person's settings, and the name of the current organization.

    :param organization_name: needs `actor` and `now`. Empty for a person who acts under their own name: the
        organization's name then follows the person's. A non-empty name turns an individual into a company.

    :raises policies.NotYours, policies.RoleMissing: if the actor may not rename it.
    """
    check_name(changes.get("display_name", user.display_name))
    if organization_name is not None and actor is not None and now is not None:
        rename_organization(user, changes.get("display_name", user.display_name), organization_name, actor, now)
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    return user
