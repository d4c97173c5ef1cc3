"""Where commands that make people with published passwords, or rows past the operations, may run."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Q

from apps.accounts.models import User
from apps.dashboard.management.cast import EMPLOYERS, FREELANCERS, STAFF


def refuse_where_others_are() -> None:
    """Not in production, and not in a database that has people whom no such command made."""
    if settings.TRADEWIND_ENV == "production":
        raise CommandError(
            "TRADEWIND_ENV is production: the demo's people, whose passwords are published, and synthetic rows are "
            "not for it."
        )
    if os.environ.get("DEVSTACK") == "dev":
        return  # the demo's own servers, where visitors may have signed up
    if User._meta.db_table not in connection.introspection.table_names():
        return  # an empty database
    ours = Q(email__in=[STAFF[0], *(part.email for part in (*EMPLOYERS, *FREELANCERS))])
    ours |= Q(email__endswith="@journey.example")
    ours |= Q(email__startswith="synthetic-", email__endswith="@example.org")
    if others := User.objects.exclude(ours).count():
        raise CommandError(
            f"The database “{connection.settings_dict['NAME']}” has people whom no demo made ({others}): the demo's "
            "people, whose passwords are published, are not for it. Name an empty database in DATABASE_URL."
        )
