"""Pages of a balance: who sees what, what a refusal looks like, what they cost, how many clicks a withdrawal takes."""

from datetime import timedelta

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from apps.common.actors import SYSTEM
from apps.common.money import Money
from apps.common.templatetags.tw import day
from apps.gateways.operations import pauses
from apps.ledger.queries import books, invariants
from apps.payouts.models import FxQuote, Payout
from apps.payouts.queries import accounts
from apps.payouts.queries import wallet as wallet_queries
from tests.conftest import NOON, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make):
    organization = make.freelancer("Ada Obi")
    make.payout_account(organization)
    make.balance(organization, Money.of("450.00", "EUR"))
    return organization


@pytest.fixture
def as_ada(client, ada):
    return log_in(client, ada)


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_the_wallet_shows_balances_lines_and_what_was_kept(as_ada, ada, language, django_assert_max_num_queries):
    as_ada.get(f"/{language}/money/")
    with django_assert_max_num_queries(23):
        page = as_ada.get(f"/{language}/money/").content.decode()

    for amount in ("450.00", "500.00", "50.00"):
        assert f"{amount}\N{NO-BREAK SPACE}EUR" in page
    assert "Logo: first drafts" in page


def test_the_wallet_costs_the_same_for_many_lines(as_ada, ada, make, django_assert_max_num_queries):
    for _ in range(5):
        make.balance(ada, Money.of("90.00", "EUR"))
    as_ada.get("/en/money/")
    with django_assert_max_num_queries(23):
        as_ada.get("/en/money/")


def test_a_withdrawal_takes_three_clicks_from_the_dashboard(as_ada, ada):
    wallet = as_ada.get(reverse("payouts:wallet"))  # 1: money
    assert "Withdraw" in wallet.content.decode()
    result = as_ada.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"})  # 2: withdraw all of it
    page = as_ada.get(result.url).content.decode()
    quote = FxQuote.objects.get()
    assert result.url == reverse("payouts:quote", args=[quote.id])
    assert "Oct 30, 2026" in page  # the day of the rate is said
    agreed = as_ada.post(reverse("payouts:accept", args=[quote.id]), follow=True)  # 3: confirm

    payout = Payout.objects.get()
    assert payout.quote == quote
    assert payout.number in agreed.content.decode()
    assert not wallet_queries.available(ada.id, "EUR")


def test_a_second_click_on_confirm_leads_to_the_same_withdrawal(as_ada):
    as_ada.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"})
    quote = FxQuote.objects.get()
    for _ in range(2):
        answer = as_ada.post(reverse("payouts:accept", args=[quote.id]), follow=True)
    assert Payout.objects.get().number in answer.content.decode()


def test_a_part_can_be_withdrawn_and_too_much_is_said_at_the_field(as_ada):
    page = reverse("payouts:withdraw", args=["EUR"])

    assert as_ada.get(page).status_code == 200
    refused = as_ada.post(page, {"amount": "450.01"})
    nonsense = as_ada.post(page, {"amount": "much"})
    taken = as_ada.post(page, {"amount": "100"})

    assert (refused.status_code, nonsense.status_code, taken.status_code) == (422, 422, 302)
    assert "450.00" in refused.content.decode()
    assert FxQuote.objects.get().amount_from == Money.of("100.00", "EUR")


def test_an_empty_balance_is_refused_in_place(as_ada):
    answer = as_ada.post(reverse("payouts:withdraw", args=["USD"]), {"all": "1"})
    assert answer.status_code == 422
    assert "nothing to withdraw" in answer.content.decode()
    assert as_ada.get(reverse("payouts:withdraw", args=["XXX"])).status_code == 404


def test_an_expired_quote_asks_for_a_new_one(as_ada):
    as_ada.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"})
    quote = FxQuote.objects.get()
    FxQuote.objects.update(
        quoted_at=timezone.now() - timedelta(hours=2), expires_at=timezone.now() - timedelta(hours=1)
    )

    assert "no longer valid" in as_ada.get(reverse("payouts:quote", args=[quote.id])).content.decode()
    assert as_ada.post(reverse("payouts:accept", args=[quote.id])).url == reverse("payouts:withdraw", args=["EUR"])
    assert not Payout.objects.exists()


def test_without_a_bank_account_withdrawing_leads_to_entering_one(client, make):
    berta = make.freelancer()
    log_in(client, berta)
    assert client.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"}).url == reverse("payouts:account")

    refused = client.post(reverse("payouts:account"), {"holder_name": "", "currency": "USD"})
    assert make.processor
    gone_on = client.post(reverse("payouts:account"), {"holder_name": "Berta", "currency": "USD"})

    assert (refused.status_code, gone_on.status_code) == (422, 302)
    assert gone_on.url.startswith(f"{make.processor.url}/onboarding/")


@pytest.fixture
def onboarding(client, make):
    """Berta at the processor's page."""
    berta = make.freelancer("Berta")
    log_in(client, berta)
    assert make.processor
    page = client.post(reverse("payouts:account"), {"holder_name": "Berta", "currency": "USD"}).url
    return berta, page


def test_back_from_the_processor_the_account_is_ready(client, onboarding):
    berta, page = onboarding
    back = requests.post(page, data={"account_number": "000123456789"}, timeout=5, allow_redirects=False)

    answer = client.get(back.headers["Location"])

    assert back.headers["Location"].endswith(reverse("payouts:account_return"))
    assert answer.url == reverse("payouts:wallet")
    assert accounts.payout_account_of(berta.id).last4 == "6789"
    assert client.get(reverse("payouts:account_return")).url == reverse("payouts:wallet")


def test_what_is_not_completed_can_be_continued_at_a_new_page(client, onboarding):
    _, page = onboarding
    assert client.get(reverse("payouts:account_return")).url == reverse("payouts:account")
    shown = client.get(reverse("payouts:account")).content.decode()
    assert "Continue at the payment processor" in shown
    assert "waits to be completed" in client.get(reverse("payouts:wallet")).content.decode()

    again = client.post(reverse("payouts:account_continue"))

    assert again.status_code == 302 and again.url != page and "/onboarding/" in again.url


def test_a_processor_that_is_away_is_said_and_nothing_is_lost(client, onboarding, settings):
    settings.PROCESSOR_URL = "http://127.0.0.1:9"
    for answer in (client.get(reverse("payouts:account_return")), client.post(reverse("payouts:account_continue"))):
        assert answer.url == reverse("payouts:account")
    assert "does not answer" in client.get(reverse("payouts:account")).content.decode()


def test_there_is_nothing_to_continue_without_an_account(client, make):
    log_in(client, make.freelancer())
    assert client.post(reverse("payouts:account_continue")).status_code == 404


def test_changing_the_bank_account_asks_who_it_is_again(client, ada):
    client.force_login(ada.memberships.get().user)
    answer = client.get(reverse("payouts:account"))
    assert answer.status_code == 302
    assert "reauthenticate" in answer.url


def test_automatic_payout_is_switched_on_the_wallet(as_ada, ada):
    as_ada.post(reverse("payouts:automatic"), {"is_automatic": "yes"})
    assert accounts.payout_account_of(ada.id).is_automatic
    as_ada.post(reverse("payouts:automatic"), {"is_automatic": "no"})
    assert not accounts.payout_account_of(ada.id).is_automatic


def test_the_statement_is_a_spreadsheet(as_ada):
    answer = as_ada.get(reverse("payouts:statement_csv"))
    head, line = b"".join(answer.streaming_content).decode().splitlines()
    assert head.startswith("\ufeffdate,what")
    assert ",500.00,50.00,0.00,450.00,450.00,EUR," in line


def test_receipts_show_their_entries_to_both_sides_and_to_nobody_else(client, make):
    payout = make.payout(status="paid")
    ada = payout.organization
    escrow = books.journals_of(organization=ada.id)
    assert escrow
    log_in(client, ada)
    pages = [
        reverse("payouts:payout", args=[payout.id]),
        reverse("payouts:entry", args=[books.journals_of(payout=payout.id)[0].id]),
        reverse("payouts:payouts"),
        reverse("payments:charges"),
    ]
    for page in pages:
        assert client.get(page).status_code == 200, page
    assert "Arrived at the bank" in client.get(pages[0]).content.decode()

    log_in(client, make.freelancer())
    assert [client.get(page).status_code for page in pages[:2]] == [404, 404]


def test_everything_balances_after_a_withdrawal_through_the_pages(as_ada):
    as_ada.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"})
    as_ada.post(reverse("payouts:accept", args=[FxQuote.objects.get().id]))
    assert {finding.breaches for finding in invariants.check_all()} == {0}
    assert "Withdrawal" in as_ada.get(reverse("payouts:wallet")).content.decode()
    assert b"".join(as_ada.get(reverse("payouts:statement_csv")).streaming_content).count(b"\n") == 3


def test_strangers_are_sent_to_log_in(client):
    for name in ("payouts:wallet", "payouts:account", "payouts:payouts", "payments:charges", "payouts:statement_csv"):
        assert client.get(reverse(name)).status_code == 302


def test_a_viewer_sees_but_does_not_withdraw(client, make, ada):
    make.member(ada, "viewer")
    log_in(client, ada, "viewer")
    page = client.get(reverse("payouts:wallet")).content.decode()
    assert "450.00" in page
    assert reverse("payouts:withdraw", args=["EUR"]) not in page
    assert client.post(reverse("payouts:withdraw", args=["EUR"]), {"all": "1"}).status_code == 403


def test_whoever_waits_for_a_withdrawal_is_notified_why(client, make):
    payout = make.payout()
    log_in(client, payout.organization)
    assert "Withdrawals wait" not in client.get(f"/en/money/withdrawals/{payout.id}/").content.decode()
    pauses.pause(reason="A drill", now=NOON, actor=SYSTEM)

    for path in (f"/en/money/withdrawals/{payout.id}/", "/en/money/"):
        assert "Withdrawals wait for now" in client.get(path).content.decode()
    Payout.objects.filter(id=payout.id).update(status="failed")
    assert "Withdrawals wait" not in client.get("/en/money/").content.decode()


def test_who_only_works_sees_no_employers_part(as_ada, ada):
    ada.hires = False
    ada.save()
    page = as_ada.get(reverse("payouts:wallet")).content.decode()
    assert "No payments yet" not in page and "Bank account" in page


def test_the_wallet_says_when_the_next_part_is_released(client, make):
    make.now = timezone.now()
    milestone = make.milestone(status="delivered")
    client.force_login(milestone.contract.freelancer.memberships.get().user)
    page = client.get("/en/money/").content.decode()
    assert f"The next part is released by {day(milestone.review_due_at)}, if nobody objects" in " ".join(page.split())

    client.force_login(milestone.contract.employer.memberships.get().user)
    assert "The next part is released" not in client.get("/en/money/").content.decode()
