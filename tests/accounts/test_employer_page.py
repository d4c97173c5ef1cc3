"""What an employer's public page tells freelancers, and what it costs."""

import re

import pytest

from apps.common.money import Money
from apps.escrow.queries import escrows
from apps.moderation import operations as moderation
from apps.track_records import operations
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
FREELANCERS_WORDS = ["Available now", "Reachable", "Paid in", "% complete"]


@pytest.fixture
def studio(make):
    return make.employer("Okafor Studio", country="NG")


def _shown(page: str) -> dict[str, str]:
    """Each figure of the page by its name."""
    findall = re.findall(r'stat-label">(.*?)</dt>\s*<dd class="stat-figure">(.*?)</dd>', page, re.DOTALL)
    return {name.strip(): " ".join(re.sub(r"<[^>]+>", " ", figure).split()) for name, figure in findall}


def test_a_new_employer_shows_no_freelancers_fields_to_anybody(client, studio):
    page = client.get(studio.get_absolute_url()).content.decode()
    client.force_login(studio.memberships.get().user)
    own = client.get(studio.get_absolute_url()).content.decode()

    assert "Nigeria" in page and "Member since" in page
    assert not [words for words in FREELANCERS_WORDS if words in page + own]
    figures = _shown(page)
    assert (figures["Tasks posted"], figures["Hire rate"], figures["Paid to freelancers"]) == ("0", "–", "–")
    assert "No task is open for bids at the moment." in page


def test_a_freelancers_page_stays_one(client, make):
    page = client.get(make.freelancer("Amara").get_absolute_url()).content.decode()

    assert "Available now" in page and "Paid in" in page
    assert "Tasks posted" not in page


def test_who_does_both_shows_both(client, make):
    page = client.get(make.freelancer("Amara", hires=True).get_absolute_url()).content.decode()

    assert "Available now" in page and "Tasks posted" in page


def test_the_figures_are_what_happened(client, make, studio):
    make.task(employer=studio, title="Still open")
    make.task(employer=studio, status="closed")
    make.task(employer=studio, status="draft")
    make.contract(bid=make.bid(task=make.task(employer=studio)))
    make.contract(bid=make.bid(task=make.task(employer=studio)), status="declined")
    make.escrow(status="released", payer=studio, amount=Money.of("400.00", "EUR"))
    make.escrow(status="funded", payer=studio, amount=Money.of("90.00", "EUR"))

    make.escrow(status="released", payer=studio, amount=Money.of("700.00", "EUR"))
    make.task(employer=studio, status="closed")
    operations.mark_due(organization_ids=[studio.id], now=NOON)
    operations.count_again(record_id=studio.track_record.id, now=NOON)

    page = client.get(studio.get_absolute_url()).content.decode()

    figures = _shown(page)
    studio.track_record.refresh_from_db()
    assert figures["Tasks posted"] == str(studio.track_record.tasks_posted) == "5"
    assert figures["Hire rate"] == f"{100 // studio.track_record.tasks_decided}%"
    assert figures["Paid to freelancers"] == "1,000–5,000 EUR", "a band, not the amount"
    assert "Still open" in page
    assert escrows.paid_by(studio.id) == [Money.of("1100.00", "EUR")]


def test_what_only_some_may_see_is_listed_for_nobody_else(client, make, studio):
    make.task(employer=studio, title="For invited people", visibility="invited")
    hidden = make.task(employer=studio, title="Taken down")
    report = moderation.report(
        subject_type="task", subject_id=hidden.id, reason="fraud", text="", source_language="en",
        actor=make.actor(make.freelancer()), now=NOON,
    )  # fmt: skip
    moderation.decide(
        report_id=report.id, decision="take_down", ground="fraud", facts="So.", actor=make.staff_actor(), now=NOON
    )

    page = client.get(studio.get_absolute_url()).content.decode()

    assert "For invited people" not in page and "Taken down" not in page
    assert "0 open now" in page


def test_the_page_costs_the_same_for_many_tasks(client, make, studio, django_assert_max_num_queries):
    make.task(employer=studio)
    with django_assert_max_num_queries(20) as few:
        client.get(studio.get_absolute_url())
    for _number in range(12):
        make.task(employer=studio)

    with django_assert_max_num_queries(len(few.captured_queries)):
        page = client.get(studio.get_absolute_url()).content.decode()

    assert page.count("bidding closes") == 10
    assert "13 open now" in page
