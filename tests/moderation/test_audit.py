"""The log of the staff: acts in words, filters, bounded pages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from apps.moderation import operations
from apps.moderation.states import StaffAct
from apps.treasury.models.treasury import TreasuryKind
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
AUDIT = "/en/moderation/audit/"


@pytest.fixture
def nadia(make):
    return make.staff("Nadia Haddad")


@pytest.fixture
def as_staff(client, make):
    client.force_login(make.staff("Reader"))
    return client


def _record(make, person, action, reason, *, days=0):
    from apps.accounts.queries import actors

    operations.record(actor=actors.actor_for(person), action=action, reason=reason, now=NOON + timedelta(days=days))


def _reasons(answer) -> set[str]:
    return {entry.reason for entry in answer.context["page"].rows}


def test_every_act_that_the_code_writes_down_has_a_name():
    root = Path(settings.BASE_DIR) / "apps"
    sources = [
        path.read_text()
        for path in root.rglob("*.py")
        if "AuditEntry" in path.read_text() or "record(" in path.read_text()
    ]
    written = {item for text in sources for item in re.findall(r'action="([a-z]+\.[a-z_]+)"', text)}
    written |= {f"treasury.{kind}" for kind in TreasuryKind.values}
    known_elsewhere = {name for name in written if name.startswith("accounts.")}  # those of AccessEvent

    assert written - known_elsewhere <= set(StaffAct.values)


def test_an_act_is_shown_in_words_and_an_unknown_one_by_its_code(as_staff, make, nadia):
    _record(make, nadia, "disputes.decide", "Half each.")
    _record(make, nadia, "gone.since_then", "An older version wrote this.")

    page = as_staff.get(AUDIT).content.decode()

    assert "Decided a dispute" in page
    assert "gone.since_then" in page


def test_acts_are_filtered_by_kind_person_and_day(as_staff, make, nadia):
    omar = make.staff("Omar Said")
    _record(make, nadia, "disputes.decide", "first", days=-3)
    _record(make, nadia, "moderation.dismiss", "second", days=-1)
    _record(make, omar, "disputes.decide", "third")

    assert _reasons(as_staff.get(AUDIT, {"act": "disputes.decide"})) == {"first", "third"}
    assert _reasons(as_staff.get(AUDIT, {"person": nadia.id})) == {"first", "second"}
    assert _reasons(as_staff.get(AUDIT, {"since": "2026-10-27"})) == {"second", "third"}
    assert _reasons(as_staff.get(AUDIT, {"until": "2026-10-27"})) == {"first", "second"}
    both = as_staff.get(AUDIT, {"act": "disputes.decide", "person": nadia.id, "since": "2026-10-26"})
    assert "Nothing matches all of this" in both.content.decode()


def test_somebody_who_left_the_staff_can_still_be_chosen(as_staff, make, nadia):
    _record(make, nadia, "disputes.decide", "Half each.")
    nadia.is_staff = False
    nadia.save()

    assert _reasons(as_staff.get(AUDIT, {"person": nadia.id})) == {"Half each."}


@pytest.mark.parametrize(
    "query",
    [
        {"act": "no.such"}, {"person": "nobody"}, {"since": "yesterday"}, {"until": "9999-12-31"},
        {"since": "2026-10-28", "until": "2026-10-27"},
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_said_and_shows_nothing(as_staff, make, nadia, query):
    _record(make, nadia, "disputes.decide", "Half each.")
    answer = as_staff.get(AUDIT, query)

    assert answer.status_code == 422
    assert "Half each." not in answer.content.decode()


def test_pages_are_bounded_keep_the_filter_and_cost_the_same(
    as_staff, make, nadia, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("apps.moderation.views.AUDIT_PAGE_SIZE", 2)
    _record(make, nadia, "disputes.decide", "0")
    with django_assert_max_num_queries(20) as few:
        as_staff.get(AUDIT)
    for number in range(1, 5):
        _record(make, make.staff(f"Staff {number}"), "disputes.decide", str(number), days=number)
    _record(make, nadia, "moderation.dismiss", "other", days=9)

    with django_assert_max_num_queries(len(few.captured_queries)):
        first = as_staff.get(AUDIT, {"act": "disputes.decide"})
    second = as_staff.get(f"{AUDIT}{first.context['next']}")

    assert (_reasons(first), _reasons(second)) == ({"4", "3"}, {"2", "1"})


def test_only_staff_read_the_log(client, make):
    client.force_login(make.user())
    assert client.get(AUDIT).status_code == 403
