"""Who takes statements in and makes files for the bank."""

import pytest

from apps.accounts import queries as people


@pytest.fixture
def staff(make):
    return people.actor_for(make.staff())
