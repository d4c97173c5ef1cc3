"""Documents follow the facts of money, once each, with the figures of the books."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow.operations import goodwill as goodwill_operations
from apps.invoicing import policies
from apps.invoicing.formats.contents import Line, Party
from apps.invoicing.models import Document, Series
from apps.invoicing.operations import billing_details, credit_notes
from apps.invoicing.operations import documents as document_operations
from apps.invoicing.operations.documents import Draft
from apps.invoicing.queries import documents as document_queries
from apps.invoicing.states import DocumentKind, Treatment
from apps.ledger.queries import invariants
from tests.conftest import NOON
from tests.escrow.test_tax_and_relationships import taxed

__all__ = ["taxed"]


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def details(make, organization, **fields):
    return billing_details.save_billing_details(
        organization_id=organization.id,
        **{
            "legal_name": "Atelier SARL", "street": "Rue 2", "postcode": "75001", "city": "Paris", "vat_id": "",
            "tax_number": "", **fields,
        },
        actor=make.actor(organization),
        now=NOON,
    )  # fmt: skip


def agree(make, organization):
    return billing_details.choose_self_billing(
        organization_id=organization.id,
        is_agreed=True,
        text_version=billing_details.SELF_BILLING_VERSION,
        actor=make.actor(organization),
        now=NOON,
    )


def released(make, outbox_drain, **fields):
    escrow = make.escrow(status="released", **fields)
    outbox_drain()
    return escrow


def by_kind(escrow):
    return {document.kind: document for document in Document.objects.filter(reference_id=escrow.id)}


pytestmark = pytest.mark.django_db


def test_a_payment_has_a_receipt_and_a_release_its_three_documents(make, outbox_drain):
    escrow = released(make, outbox_drain)

    result = by_kind(escrow)
    assert set(result) == {"receipt", "commission", "fee", "statement"}
    assert result["receipt"].total == EUR("525.00")
    assert (result["commission"].total, result["commission"].recipient) == (EUR("50.00"), escrow.payee)
    assert (result["fee"].total, result["fee"].recipient) == (EUR("25.00"), escrow.payer)
    assert (result["statement"].total, result["statement"].issuer) == (EUR("500.00"), escrow.payee)
    assert result["receipt"].label == "TW-REC-2026-000001"
    assert sorted(item.label for item in (result["commission"], result["fee"])) == [
        "TW-INV-2026-000001", "TW-INV-2026-000002",
    ]  # fmt: skip


def test_a_event_told_twice_is_written_once(make, outbox_drain):
    escrow = released(make, outbox_drain)
    release = escrow.releases.get()
    before = Document.objects.count()

    document_operations.document_release(release_id=release.id, now=NOON)
    document_operations.document_charge(charge_id=escrow.funding_charge_id, now=NOON)

    assert Document.objects.count() == before
    assert document_queries.numbers_missing() == 0


def test_with_an_agreement_the_freelancers_invoice_is_written_in_their_own_series(make, outbox_drain):
    payee, payer = make.freelancer(country="FR"), make.employer(country="DE")
    details(make, payee, vat_id="FR40303265045")
    details(make, payer, legal_name="Kunde GmbH", vat_id="DE123456788", city="Berlin")
    choice = agree(make, payee)

    escrow = released(make, outbox_drain, payer=payer, payee=payee)

    invoice = by_kind(escrow)["self_billed"]
    assert choice.text_version == "2026-11" and len(choice.text_sha256) == 64
    assert invoice.label == f"{payee.handle[:20].upper()}-SB-2026-000001"
    assert (invoice.issuer, invoice.treatment) == (payee, Treatment.REVERSE_CHARGE)
    assert invoice.notes == ["self_billing", "reverse_charge_eu"]
    assert (invoice.contents.seller.vat_id, invoice.contents.buyer.name) == ("FR40303265045", "Kunde GmbH")


def test_an_agreement_that_was_ended_holds_no_more(make, outbox_drain):
    payee = make.freelancer()
    agree(make, payee)
    billing_details.choose_self_billing(
        organization_id=payee.id, is_agreed=False, text_version="", actor=make.actor(payee), now=NOON
    )
    escrow = released(make, outbox_drain, payee=payee)
    assert "statement" in by_kind(escrow) and "self_billed" not in by_kind(escrow)


def test_another_text_than_the_one_in_force_is_not_agreed_to(make):
    payee = make.freelancer()
    with pytest.raises(policies.TextOutdated):
        billing_details.choose_self_billing(
            organization_id=payee.id, is_agreed=True, text_version="2020-01", actor=make.actor(payee), now=NOON
        )


def test_what_no_row_speaks_of_shows_no_tax_and_says_so(make, outbox_drain):
    escrow = released(make, outbox_drain, payer=make.employer(country="DE"), payee=make.freelancer(country="FR"))
    commission = by_kind(escrow)["commission"]  # the freelancer gave no VAT number
    assert (commission.treatment, commission.tax_minor) == (Treatment.UNDETERMINED, 0)
    assert commission.notes == ["undetermined"]
    assert not commission.can_be_electronic


def test_booked_tax_is_shown_as_booked(make, outbox_drain, taxed):
    escrow = released(make, outbox_drain, payee=taxed)
    commission = by_kind(escrow)["commission"]
    line = commission.contents.lines[0]
    assert (commission.net, commission.tax) == (EUR("41.67"), EUR("8.33"))
    assert (line.treatment, line.rate_bps) == (Treatment.STANDARD, 2000)


def test_a_document_keeps_what_the_parties_said_on_its_day(make, outbox_drain):
    payee = make.freelancer()
    details(make, payee, legal_name="First Name")
    escrow = released(make, outbox_drain, payee=payee)
    details(make, payee, legal_name="Second Name")
    assert by_kind(escrow)["commission"].contents.buyer.name == "First Name"


# -- corrections


def goodwill(make, escrow, to, amount):
    return goodwill_operations.give_goodwill(
        goodwill_id=uuid7(), release_id=escrow.releases.get().id, to=to, amount=EUR(amount), reason="Late",
        actor=make.staff_actor(), now=NOON,
    )  # fmt: skip


def test_goodwill_to_the_freelancer_is_a_credit_note_of_the_commission(make, outbox_drain):
    escrow = released(make, outbox_drain)
    goodwill(make, escrow, "freelancer", "12.00")
    outbox_drain()
    note = by_kind(escrow)["credit_note"]
    assert (note.total, note.corrects) == (EUR("12.00"), by_kind(escrow)["commission"])
    assert note.label == "TW-CRN-2026-000001"


def test_goodwill_to_the_employer_is_no_credit_note(make, outbox_drain):
    escrow = released(make, outbox_drain)
    goodwill(make, escrow, "employer", "12.00")
    outbox_drain()
    assert by_kind(escrow)["goodwill"].notes == ["goodwill_to_third"]
    assert "credit_note" not in by_kind(escrow)


def test_an_invoice_is_credited_up_to_what_is_left_of_it(make, outbox_drain):
    invoice = by_kind(released(make, outbox_drain))["commission"]
    credit_notes.credit_invoice(document_id=invoice.id, amount=EUR("49.00"), source_key="a", now=NOON)
    with pytest.raises(policies.MoreThanInvoiced):
        credit_notes.credit_invoice(document_id=invoice.id, amount=EUR("1.01"), source_key="b", now=NOON)
    credit_notes.credit_invoice(document_id=invoice.id, amount=EUR("1.00"), source_key="c", now=NOON)
    assert document_queries.credited(invoice) == invoice.total


def test_a_receipt_cannot_be_credited(make, outbox_drain):
    receipt = by_kind(released(make, outbox_drain))["receipt"]
    with pytest.raises(policies.NotAnInvoice):
        credit_notes.credit_invoice(document_id=receipt.id, amount=EUR("1.00"), source_key="a", now=NOON)


# -- what the database refuses


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE invoicing_document SET net_minor = net_minor + 1",
        "DELETE FROM invoicing_document",
        "UPDATE invoicing_series SET last_number = last_number + 2",
        "UPDATE invoicing_series SET last_number = last_number - 1",
        "UPDATE invoicing_series SET year = 2020, last_number = last_number + 1",
        "DELETE FROM invoicing_series",
    ],
)
def test_the_database_refuses_what_would_falsify_a_series(make, outbox_drain, sql):
    released(make, outbox_drain)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert document_queries.numbers_missing() == 0


def test_a_number_without_its_document_is_refused_at_commit(make, outbox_drain):
    released(make, outbox_drain)
    with pytest.raises(DatabaseError, match="has no document"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_series SET last_number = last_number + 1")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def receipt_draft(make, payer, source_key):
    party, amount = Party("Someone", "DE"), EUR("1.00")
    return Draft(
        kind=DocumentKind.RECEIPT,
        source_key=source_key,
        recipient=payer,
        reference_id=uuid4(),
        supplied_on=NOON.date(),
        seller=party,
        buyer=party,
        lines=[Line("payment", "x", amount, Money.zero("EUR"))],
        treatment=Treatment.NONE,
    )


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_that_race_and_roll_back_leave_no_gap_and_no_double(make):
    payer, start, each = make.employer(), threading.Barrier(16), 8

    class TakenBack(Exception):
        pass

    def work(thread: int) -> int:
        start.wait(timeout=30)
        written = 0
        try:
            for step in range(each):
                key = f"own:{thread}:{step}" if step % 2 else f"shared:{step}:{thread // 4}"
                try:
                    with transaction.atomic():
                        document_operations.issue(receipt_draft(make, payer, key), now=NOON)
                        if (thread + step) % 5 == 0:
                            raise TakenBack
                    written += 1
                except TakenBack:
                    continue
        finally:
            connection.close()
        return written

    with ThreadPoolExecutor(16) as pool:
        written = sum(pool.map(work, range(16)))

    series = Series.objects.get()
    numbers = sorted(Document.objects.values_list("number", flat=True))
    assert numbers == list(range(1, series.last_number + 1))
    assert len(numbers) < written  # the shared sources were notified several times and written once
    assert Document.objects.values("source_key").distinct().count() == len(numbers)
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_documents_that_are_missing_are_issued_by_a_command_once(make, capsys):
    make.escrow(status="released")  # its last facts are not delivered yet
    call_command("issue_documents")
    assert "documents issued" in capsys.readouterr().out
    count = Document.objects.count()
    call_command("issue_documents")
    assert Document.objects.count() == count == 4


def test_our_fee_to_a_company_at_home_contains_the_tax_of_the_country(make, outbox_drain, settings):
    settings.PLATFORM_VAT_ID = "DE123456788"
    fee = by_kind(released(make, outbox_drain))["fee"]
    assert (fee.treatment, fee.tax, fee.net + fee.tax) == ("standard", EUR("3.99"), EUR("25.00"))
    assert fee.notes == []


def test_our_fee_to_a_country_without_a_known_rate_stays_undetermined(make, outbox_drain, settings):
    settings.PLATFORM_VAT_ID, settings.PLATFORM_COUNTRY = "IT00743110157", "IT"
    payer = make.employer(country="IT")
    fee = by_kind(released(make, outbox_drain, payer=payer))["fee"]
    assert (fee.treatment, fee.tax.amount_minor) == ("undetermined", 0)


def _statement_label(make, outbox_drain, payee) -> str:
    return by_kind(released(make, outbox_drain, payee=payee))["statement"].label


@pytest.mark.parametrize(
    ("name", "begins"),
    [("北京设计", "BEI-JING-SHE-JI-STM"), ("شركة النور", "SHRKT-ALNWR-STM"), ("Ołówek Müller", "OLOWEK-MULLER-STM")],
)
def test_a_name_in_any_script_gives_a_series_that_can_be_read(make, outbox_drain, name, begins):
    assert _statement_label(make, outbox_drain, make.freelancer(name)) == f"{begins}-2026-000001"


def test_a_name_without_letters_gives_the_country_and_a_short_mark(make, outbox_drain):
    payee = make.freelancer("★★★", country="NG")

    assert re.fullmatch(r"NG-[2-9A-HJ-NP-Z]{4}-STM-2026-000001", _statement_label(make, outbox_drain, payee))


def test_two_issuers_of_one_name_have_series_of_their_own(make, outbox_drain):
    first, second = make.freelancer("北京设计工作室和很多其他的人一"), make.freelancer("北京设计工作室和很多其他的人二")

    labels = [_statement_label(make, outbox_drain, item) for item in (first, second)]

    assert labels[0] != labels[1]


def test_a_series_that_was_begun_keeps_its_name_and_the_next_one_gets_a_better_one(make, outbox_drain):
    payee = make.freelancer("北京设计")
    payee.handle = "member-fdcc6b"
    payee.save()
    Series.objects.create(issuer=payee, letters="STM", year=2026, prefix="MEMBER-FDCC6B-STM", last_number=0)

    assert _statement_label(make, outbox_drain, payee) == "MEMBER-FDCC6B-STM-2026-000001"
    agree(make, payee)
    invoice = by_kind(released(make, outbox_drain, payee=payee))["self_billed"]
    assert invoice.label == "BEI-JING-SHE-JI-SB-2026-000001"


def test_a_renamed_issuer_keeps_the_name_of_its_series(make, outbox_drain):
    payee = make.freelancer("北京设计")
    _statement_label(make, outbox_drain, payee)
    payee.display_name, payee.handle = "上海", "member-123456"
    payee.save()
    agree(make, payee)

    invoice = by_kind(released(make, outbox_drain, payee=payee))["self_billed"]

    assert invoice.label == "BEI-JING-SHE-JI-SB-2026-000001"
