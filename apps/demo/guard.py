"""Guards for commands that create users with published passwords, or write rows without the operations."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Q

from apps.accounts.models import User
from apps.demo.people import EMAILS


def refuse_where_others_are() -> None:
    """
    Check that this is not production, and that all users in the database were created by these commands.

    :raises CommandError: with a message that says what to do instead.
    """
    if settings.TRADEWIND_ENV == "production":
        raise CommandError(
            "TRADEWIND_ENV is production: the demo's people, whose passwords are published, and synthetic rows are "
            "not for it."
        )
    if os.environ.get("DEVSTACK") == "dev":
        return  # the demo's own servers, where visitors may have signed up
    if User._meta.db_table not in connection.introspection.table_names():
        return  # an empty database
    demo_people = Q(email__in=EMAILS)
    demo_people |= Q(email__endswith="@journey.example")
    demo_people |= Q(email__startswith="synthetic-", email__endswith="@example.org")
    if others := User.objects.exclude(demo_people).count():
        raise CommandError(
            f"The database “{connection.settings_dict['NAME']}” has people whom no demo made ({others}): the demo's "
            "people, whose passwords are published, are not for it. Name an empty database in DATABASE_URL."
        )
