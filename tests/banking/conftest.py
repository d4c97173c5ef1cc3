"""Who takes statements in and makes files for the bank."""

import pytest

from apps.accounts.queries import actors


@pytest.fixture
def staff(make):
    return actors.actor_for(make.staff())
