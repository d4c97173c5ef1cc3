"""What the new columns say of keys, members and staff that were here before."""

from importlib import import_module

import pytest
from django.apps import apps

from apps.accounts.models import Membership, PersonalToken, StaffAssignment
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


class _Keys:
    """The keys as they were, with `can_write`: the two updates of the migration, by what they ask for."""

    def __init__(self) -> None:
        self.said: list[tuple[bool, list[str]]] = []

    def filter(self, *, can_write: bool) -> "_Keys":
        self.can_write = can_write
        return self

    def update(self, *, scopes: list[str]) -> None:
        self.said.append((self.can_write, scopes))


def test_keys_keep_what_they_could_do_and_staff_become_administrators(make, monkeypatch):
    staff = make.user(is_staff=True)
    member = make.member(make.employer(), "finance")
    keys = _Keys()
    fill = import_module("apps.accounts.migrations.0003_access_rows").fill
    monkeypatch.setattr(PersonalToken, "objects", keys)

    fill(apps, None)
    fill(apps, None)  # run again, it changes nothing more

    assert keys.said[:2] == [(True, ["read", "messages", "work", "money"]), (False, ["read"])]
    assert list(StaffAssignment.objects.values_list("user_id", "role")) == [(staff.pk, "administrator")]
    membership = Membership.objects.get(user=member)
    assert membership.role_since == membership.created_at
    assert membership.role_since > NOON
