"""Pages and endpoints of documents and statements: seen by their two parties, by nobody else."""

import csv
import io

import pypdf
import pytest

from apps.common.money import Money
from apps.invoicing.forms import BillingDetailsForm
from apps.invoicing.models import BillingDetails, Document, SelfBillingChoice
from apps.invoicing.operations import billing_details, copies
from tests.conftest import NOON
from tests.invoicing.test_operations import agree, by_kind, details, released

pytestmark = pytest.mark.django_db
LIST, MONTH = "/en/money/documents/", "/en/money/statements/2026-10/"


def of(client, organization):
    client.force_login(organization.memberships.get().user)
    return client


def electronic(make, outbox_drain, settings):
    settings.PLATFORM_VAT_ID = "DE123456788"
    payer, payee = make.employer(country="DE"), make.freelancer(country="FR")
    details(make, payee, vat_id="FR40303265045")
    details(make, payer, vat_id="DE136695976")
    agree(make, payee)
    escrow = released(make, outbox_drain, payer=payer, payee=payee)
    copies.make_missing_copies(now=NOON)
    return escrow


def test_each_side_lists_its_own_and_filters_by_kind_and_year(make, outbox_drain, client):
    escrow = released(make, outbox_drain)
    theirs = of(client, escrow.payee).get(LIST).content.decode()
    assert "TW-INV-2026" in theirs and "TW-REC-2026-000001" not in theirs
    page = of(client, escrow.payer).get(f"{LIST}?kind=receipt&year=2026").content.decode()
    assert "TW-REC-2026-000001" in page and "TW-INV-2026" not in page
    assert of(client, escrow.payer).get(f"{LIST}?kind=nonsense&year=x").status_code == 200


def test_the_list_names_the_other_party_and_has_each_document_as_pdf(make, outbox_drain, client):
    escrow = released(make, outbox_drain)
    page = of(client, escrow.payer).get(LIST).content.decode()
    receipt = by_kind(escrow)["receipt"]
    assert f'href="{LIST}{receipt.id}/document.pdf"' in page
    main = page[page.index("<tbody>") : page.index("</tbody>")]
    assert receipt.seller["name"] in main
    assert f'<bdi dir="auto">{receipt.buyer["name"]}</bdi>' not in main, "one's own name says nothing"


def test_a_stranger_finds_no_document(make, outbox_drain, client):
    document = by_kind(released(make, outbox_drain))["commission"]
    stranger = of(client, make.freelancer())
    for file in ("", "document.pdf", "invoice.xml"):
        assert stranger.get(f"{LIST}{document.id}/{file}").status_code == 404
    assert stranger.get(f"/api/v1/documents/{document.id}/").status_code == 404


def test_the_electronic_invoice_is_offered_when_the_rules_accept_it(make, outbox_drain, client, settings):
    escrow = electronic(make, outbox_drain, settings)
    invoice = by_kind(escrow)["self_billed"]
    payer = of(client, escrow.payer)
    page = payer.get(f"{LIST}{invoice.id}/")
    assert "passed its official rules" in page.content.decode()
    xml = payer.get(f"{LIST}{invoice.id}/invoice.xml")
    assert xml.status_code == 200
    assert b"<ram:TypeCode>389</ram:TypeCode>" in xml.content


def test_what_the_rules_refuse_is_not_offered_and_says_why(make, outbox_drain, client, settings):
    escrow = electronic(make, outbox_drain, settings)
    commission = by_kind(escrow)["commission"]
    assert commission.electronic_copy.is_valid
    payee = escrow.payee
    other = released(make, outbox_drain, payee=payee, amount=Money.of("12.340", "KWD"))
    copies.make_missing_copies(now=NOON)
    refused = [
        document
        for document in Document.objects.filter(reference_id=other.id, recipient=payee)
        if hasattr(document, "electronic_copy")
    ]
    for item in refused:
        assert not item.electronic_copy.is_valid
        page = of(client, payee).get(f"{LIST}{item.id}/")
        assert "official rules of EN 16931 refuse it" in page.content.decode()
        assert client.get(f"{LIST}{item.id}/invoice.xml").status_code == 404
    assert refused


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_the_pdf_is_in_the_readers_language(make, outbox_drain, client, language):
    document = by_kind(released(make, outbox_drain))["receipt"]
    answer = of(client, document.recipient).get(f"/{language}/money/documents/{document.id}/document.pdf")
    assert answer["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert document.label in reader.pages[0].extract_text()
    assert reader.trailer["/Root"]["/Lang"] in {language.split("-")[0], "zh", "en", "ar"}


def test_details_are_checked_and_kept(make, client):
    payee = make.freelancer(country="FR")
    asker = of(client, payee)
    form = {"legal_name": "Atelier", "street": "", "postcode": "", "city": "", "vat_id": "FR00000000000"}
    refused = asker.post(f"{LIST}details/", form)
    assert refused.status_code == 422
    assert not BillingDetails.objects.exists()
    asker.post(f"{LIST}details/", {**form, "vat_id": "fr 40 303 265 045"})
    assert BillingDetails.objects.get().vat_id == "FR40303265045"


def test_self_billing_is_agreed_to_on_its_page_and_ended_there(make, client):
    payee = make.freelancer()
    asker = of(client, payee)
    assert "writes invoices in our name" in asker.get(f"{LIST}self-billing/").content.decode()
    asker.post(f"{LIST}self-billing/", {"choice": "agree", "text_version": billing_details.SELF_BILLING_VERSION})
    asker.post(f"{LIST}self-billing/", {"choice": "end"})
    assert list(SelfBillingChoice.objects.order_by("created_at").values_list("is_agreed", flat=True)) == [True, False]


def test_who_only_looks_changes_no_details(make, client):
    payee = make.freelancer()
    client.force_login(make.member(payee, "viewer"))
    assert client.get(f"{LIST}details/").status_code == 403


# -- months


def test_a_statement_says_the_same_as_page_csv_json_and_endpoint(make, outbox_drain, client):
    escrow = make.escrow(status="funded")
    payer = of(client, escrow.payer)
    page = payer.get(MONTH).content.decode()
    assert "525.00" in page and "Logo: first drafts" in page
    assert '<time datetime="2026-10">October 2026</time>' in page and "September 2026" in page
    assert "2026年10月" in payer.get(MONTH.replace("/en/", "/zh-hans/")).content.decode()
    assert "أكتوبر 2026" in payer.get(MONTH.replace("/en/", "/ar/")).content.decode()
    rows = list(csv.DictReader(io.StringIO(payer.get(f"{MONTH}statement.csv").getvalue().decode("utf-8-sig"))))
    assert [(row["event"], row["balance"]) for row in rows] == [
        ("opening", "0.00"), ("escrow.funded", "525.00"), ("closing", "525.00"),
    ]  # fmt: skip
    body = payer.get(f"{MONTH}statement.json").json()
    assert body["currencies"][0]["closing_minor"] == 52500
    assert payer.get("/api/v1/money/statements/?year=2026&month=10").json() == body


def test_a_month_that_is_none_is_no_page(make, client):
    asker = of(client, make.employer())
    assert asker.get("/en/money/statements/2026-13/").status_code == 404
    assert asker.get("/en/money/statements/0000-01/").status_code == 404
    assert asker.get("/en/money/statements/9999-12/").status_code == 404
    assert asker.get("/en/money/statements/?month=0001-01").status_code == 302
    assert asker.get("/en/money/statements/?month=9999-12").status_code == 302
    assert asker.get("/en/money/statements/").status_code == 302
    assert asker.get("/en/money/statements/?month=2026-02")["Location"].endswith("/money/statements/2026-02/")
    assert asker.get("/api/v1/money/statements/?year=2026&month=13").status_code in {400, 422}


def test_the_endpoint_lists_and_shows_documents(make, outbox_drain, client):
    escrow = released(make, outbox_drain)
    payer = of(client, escrow.payer)
    listed = payer.get("/api/v1/documents/?kind=receipt").json()["results"]
    assert [item["number"] for item in listed] == ["TW-REC-2026-000001"]
    shown = payer.get(f"/api/v1/documents/{listed[0]['id']}/").json()
    assert shown["total"] == {"amount_minor": 52500, "currency": "EUR"}
    assert (shown["lines"][0]["code"], shown["xml"]) == ("payment", None)


def test_a_list_costs_the_same_however_long_it_is(make, outbox_drain, client, django_assert_max_num_queries):
    payer = make.employer()
    for _ in range(3):
        released(make, outbox_drain, payer=payer)
    asker = of(client, payer)
    with django_assert_max_num_queries(17):
        asker.get(LIST)


@pytest.mark.parametrize(
    "typed", ["BE 0123.456.749", "BE0123456749", "be-0123-456-749", "BE 0123 / 456 749", "ＢＥ０１２３４５６７４９"]
)
def test_a_vat_number_is_kept_without_what_groups_its_digits(typed):
    values = {"legal_name": "A", "street": "", "postcode": "", "city": "", "vat_id": typed, "tax_number": ""}
    form = BillingDetailsForm(values, country="BE")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["vat_id"] == "BE0123456749"
