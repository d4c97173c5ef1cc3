"""A night's report against PostgreSQL and the processor: complete, covered, and checked by the script from outside."""

import json
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.urls import reverse

from apps.assurance import operations, queries
from apps.assurance.models import Leaf, Level, Report, Tree
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.ledger import operations as ledger
from apps.ledger.chart import Account, AccountKind, bank
from apps.ledger.entries import Entry, credit, debit, event_key
from apps.ledger.queries import books
from apps.treasury.operations import reconciliation
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = date(2026, 10, 27)
SCRIPT = Path(__file__).parents[2] / "scripts" / "verify_inclusion.py"


@pytest.fixture
def before(make) -> dict[str, Money]:
    assert make.processor
    return reconciliation.balance_at_processor(gateway="sandbox") or {}


@pytest.fixture
def market(make):
    """Held, payable, on its way: in two currencies."""
    held = make.escrow(status="funded", amount=Money.of("500.00", "EUR"))
    make.escrow(status="funded", amount=Money.of("120000", "JPY"))
    make.escrow(status="released", amount=Money.of("80.00", "EUR"), payee=held.payee)
    make.payout(status="submitted")
    make.escrow(status="refunded", amount=Money.of("60.00", "EUR"))
    return held


def test_everything_that_is_owed_is_in_a_tree(market):
    report = operations.publish(night=NIGHT, now=NOON)

    owed = books.owed()
    by_currency: dict[str, int] = {}
    for _, amount in owed:
        by_currency[amount.currency] = by_currency.get(amount.currency, 0) + amount.amount_minor
    assert {tree.currency: tree.total_minor for tree in report.trees.all()} == by_currency
    assert Leaf.objects.count() == len(owed) > 4


def test_what_is_left_for_the_platform_is_what_it_earned_less_what_it_spent(market):
    report = operations.publish(night=NIGHT, now=NOON)

    earned: dict[str, int] = {}
    for group, currency, minor in report.trial_balance:
        if group.split(":")[0] in {"revenue", "expense", "tax_withheld", "tax_collected"} or group == "fx:gain_loss":
            earned[currency] = earned.get(currency, 0) - minor
    for row in queries.coverage(report):
        assert row.own.amount_minor == earned.get(row.currency, 0)
        assert row.is_covered == (row.own.amount_minor >= 0)


def test_the_processors_word_stands_beside_the_books(before, market):
    report = operations.publish(night=NIGHT, now=NOON)

    for row in queries.coverage(report):
        earlier = before.get(row.currency, Money.zero(row.currency))  # the processor serves the whole test run
        assert row.at_processor is not None
        assert row.at_processor - earlier == row.booked


def test_every_customer_finds_their_balances_and_nobody_elses(market):
    report = operations.publish(night=NIGHT, now=NOON)

    payer = queries.proofs_for(market.payer_id, report)
    payee = queries.proofs_for(market.payee_id, report)

    assert {proof.leaf.account_code for proof in payer} == {f"escrow:{market.id}", f"deferred_fee:{market.id}"}
    assert {proof.leaf.account_code for proof in payee} == {f"escrow:{market.id}", f"payable:{market.payee_id}"}
    assert all(proof.is_sound for proof in [*payer, *payee])


def test_the_script_accepts_the_proof_and_refuses_another_report(market, tmp_path):
    report = operations.publish(night=NIGHT, now=NOON)
    organization = market.payer
    mine = queries.proofs_as_json(organization, report, queries.proofs_for(organization.id, report))
    public = queries.report_as_json(report)
    (tmp_path / "proof.json").write_text(json.dumps(mine))
    (tmp_path / "report.json").write_text(json.dumps(public))

    def verify() -> subprocess.CompletedProcess[str]:
        files = [str(tmp_path / "proof.json"), "--report", str(tmp_path / "report.json")]
        return subprocess.run([sys.executable, "-I", str(SCRIPT), *files], capture_output=True, text=True, check=False)

    good = verify()
    assert good.returncode == 0, good.stderr
    assert "OK: 2 balances" in good.stdout

    public["currencies"][0]["root"] = "0" * 64
    (tmp_path / "report.json").write_text(json.dumps(public))
    assert "another root" in verify().stderr


def test_a_night_is_published_once(market):
    first = operations.publish(night=NIGHT, now=NOON)

    again = operations.publish(night=NIGHT, now=NOON + timedelta(hours=1))

    assert again.id == first.id
    assert again.taken_at == NOON


def test_a_shortage_is_said(market):
    ledger.record(
        Entry("gone", event_key("gone"),
              [credit(Account("clearing:sandbox", "EUR", AccountKind.ASSET), Money.of("400.00", "EUR")),
               debit(Account("expense:processor", "EUR", AccountKind.EXPENSE), Money.of("400.00", "EUR"))]),
        now=NOON,
    )  # fmt: skip

    report = operations.publish(night=NIGHT, now=NOON)

    assert {row.currency: row.is_covered for row in queries.coverage(report)}["EUR"] is False
    with pytest.raises(Exception, match="Liabilities exceed cash in EUR"):
        call_command("prove_liabilities", "--night", NIGHT.isoformat(), stdout=StringIO())


def test_money_of_nobody_stops_the_report(market):
    stray = Account("stray:00000000-0000-0000-0000-000000000001", "EUR", AccountKind.LIABILITY, is_guarded=True)
    amount = Money.of("1.00", "EUR")
    ledger.record(Entry("stray", event_key("stray"), [debit(bank("EUR"), amount), credit(stray, amount)]), now=NOON)

    with pytest.raises(LookupError, match="nobody is known to own stray:"):
        operations.publish(night=NIGHT, now=NOON)
    assert not Report.objects.exists()


def test_old_paths_are_dropped_and_roots_are_kept(market):
    operations.publish(night=NIGHT, now=NOON)

    operations.publish(night=NIGHT + timedelta(days=100), now=NOON + timedelta(days=100))

    kept = Tree.objects.filter(report__night=NIGHT)
    assert kept.exists()
    assert not Leaf.objects.filter(tree__in=kept).exists()
    assert not Level.objects.filter(tree__in=kept).exists()


@pytest.mark.parametrize("statement", ["UPDATE assurance_tree SET total_minor = 1", "DELETE FROM assurance_report",
                                       "UPDATE assurance_leaf SET amount_minor = 1"])  # fmt: skip
def test_what_was_published_is_not_changed(market, statement):
    operations.publish(night=NIGHT, now=NOON)

    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_public_page_needs_no_login_and_names_the_root(market, client):
    report = operations.publish(night=NIGHT, now=NOON)

    answer = client.get(reverse("assurance:transparency"))

    assert answer.status_code == 200
    assert report.trees.get(currency="JPY").root_hash in answer.content.decode()
    assert client.get(reverse("assurance:report_json", args=[NIGHT])).json()["night"] == NIGHT.isoformat()
    assert client.get(reverse("assurance:night", args=[date(2020, 1, 1)])).status_code == 404
    assert b"verify_inclusion" in b"".join(client.get(reverse("assurance:verifier")).streaming_content)


def test_a_proof_is_its_owners(market, client):
    operations.publish(night=NIGHT, now=NOON)
    assert client.get(reverse("assurance:mine_json")).status_code == 302

    client.force_login(market.payee.memberships.get().user)
    page = client.get(reverse("assurance:mine"))
    proof = client.get(reverse("assurance:mine_json"))

    assert "every one of your balances" in page.content.decode()
    assert {item["account"] for item in proof.json()["proofs"]} == {
        f"escrow:{market.id}", f"payable:{market.payee_id}",
    }  # fmt: skip
    assert client.get(reverse("assurance:mine_json"), {"night": "2020-01-01"}).status_code == 404
    assert client.get(reverse("assurance:mine_json"), {"night": "soon"}).status_code == 404


def test_nothing_is_published_before_the_first_night(client):
    assert "Nothing is published yet" in client.get(reverse("assurance:transparency")).content.decode()
    with pytest.raises(NotFound):
        queries.report_of(NIGHT)


def test_only_who_has_balances_is_led_to_their_proof(make, client):
    assert "/en/money/proof/" not in client.get("/en/transparency/").content.decode()
    client.force_login(make.staff())
    assert "/en/money/proof/" not in client.get("/en/transparency/").content.decode()
    client.force_login(make.freelancer("Ada").memberships.get().user)
    assert "/en/money/proof/" in client.get("/en/transparency/").content.decode()
