"""The public page of fees says in numbers what the settings say."""

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from apps.common.money import Money
from apps.pricing.models import FeeSchedule
from apps.pricing.queries import fees, previews

pytestmark = pytest.mark.django_db


def test_strangers_read_every_fee_and_the_footer_leads_there(client):
    page = client.get("/en/fees/").content.decode()
    for share in ("10%", "8%", "5%", "4%", "0.5%"):
        assert share in page, share
    assert "1,050.00" in page and "900.00" in page
    assert 'href="/en/fees/"' in client.get("/en/help/").content.decode().split("<footer")[1]


def test_the_tax_inside_the_service_fee_is_said_where_there_is_one(client, settings):
    def page():
        return strip_tags(client.get("/en/fees/").content.decode())

    texts = "For employers in Germany the service fee contains tax at 19%."
    assert texts not in page()
    settings.PLATFORM_VAT_ID = "DE123456788"
    assert texts in page()


def test_a_fee_of_one_country_is_listed_with_it(client):
    FeeSchedule.objects.create(
        payee_country="NG", commission_bps=700, employer_fee_bps=300, fx_margin_bps=50, effective_from="2026-01-01"
    )
    page = client.get("/en/fees/").content.decode()
    assert "Freelancers in Nigeria" in page and "7%" in page


def test_of_two_fees_for_the_same_case_only_the_later_is_listed(client):
    FeeSchedule.objects.create(
        commission_bps=900, employer_fee_bps=500, fx_margin_bps=50, effective_from=timezone.now().date()
    )
    steps = [step for step in fees.fee_list(timezone.now().date()) if not step.paid_before_min]
    assert [step.commission_bps for step in steps] == [900]


def test_the_form_of_a_task_says_the_highest_that_may_be_paid(client, make):
    make.now = timezone.now()
    FeeSchedule.objects.create(
        payer_country="DE", payee_country="NG", commission_bps=700, employer_fee_bps=600, fx_margin_bps=50,
        effective_from="2026-01-01",
    )  # fmt: skip
    task = make.task(status="draft")
    client.force_login(task.employer.memberships.get().user)

    cost = previews.employer_cost_at_most(Money.of("100.00", "EUR"), "DE", make.now.date())

    assert cost.total == Money.of("106.00", "EUR")
    assert "6%" in client.get("/en/tasks/new/").content.decode()
    assert "you pay at most" in client.get(f"/en/tasks/{task.id}/edit/").content.decode()


def test_the_calculator_says_what_both_sides_pay_and_get(client):
    values = {"amount": "1,000.00", "currency": "EUR", "employer": "DE", "freelancer": "NG", "payout": "USD"}
    answer = client.get("/en/fees/", values)
    calculated = answer.context["calculated"]
    receive = previews.receive_preview(Money.of("1000.00", "EUR"), "DE", "NG", "USD", timezone.now().date())
    assert (calculated["receive"].net, calculated["payout"]) == (receive.net, receive.payout)
    bps = fees.terms("DE", "NG", timezone.now().date()).employer_fee_bps
    assert calculated["total"] == Money.of("1000.00", "EUR") + Money.of("1000.00", "EUR").share_bps(bps)
    page = strip_tags(answer.content.decode())
    assert "The freelancer receives" in page and "Paid out, at today’s rate" in page


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amount": "ten"}, "Write the amount in digits"),
        ({"amount": "0"}, "greater than zero"),
        ({"amount": "1.005"}, "digits after the decimal point"),
        ({"employer": "XX"}, "valid choice"),
        ({"currency": "ABC"}, "valid choice"),
        ({"amount": "9" * 30}, ""),
    ],
)
def test_the_calculator_says_what_is_wrong_and_keeps_what_was_typed(client, change, says):
    values = {"amount": "100", "currency": "EUR", "employer": "DE", "freelancer": "NG", "payout": "EUR"} | change
    answer = client.get("/en/fees/", values)
    assert answer.status_code == 422 and answer.context["calculated"] is None
    assert says in answer.content.decode()
    assert f'value="{values["amount"]}"' in answer.content.decode()
