"""Electronic invoices against the official rules, and PDFs in three languages."""

import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest
from django.utils import translation

from apps.common.money import Money
from apps.invoicing import fmt
from apps.invoicing.formats import cii, schematron, typesetting
from apps.invoicing.formats.contents import DocumentContents, Line, Party

SELLER = Party("Markt GmbH", "DE", "Hauptstr. 1", "10115", "Berlin", "DE123456788", "12/345/67890", True)
BUYER = Party("Atelier SARL", "FR", "Rue 2", "75001", "Paris", "FR40303265045", "", True)


def EUR(text):
    return Money.of(text, "EUR")


def contents(treatment="reverse_charge", rate_bps=0, net="50.00", tax="0.00", **fields):
    line = Line("commission", "Logo: first drafts", EUR(net), EUR(tax), treatment, rate_bps)
    return DocumentContents(
        **{
            "kind": "commission", "number": "TW-INV-2026-000001", "issued_on": date(2026, 10, 28),
            "supplied_on": date(2026, 10, 27), "currency": "EUR", "seller": SELLER, "buyer": BUYER, "lines": (line,),
            "net": EUR(net), "tax": EUR(tax), "total": EUR(net) + EUR(tax), "notes": ("reverse_charge_eu",), **fields,
        }
    )  # fmt: skip


def rules_broken(document):
    return [finding.split("]")[0].lstrip("[") for finding in schematron.findings(cii.write(document))]


@pytest.mark.parametrize(
    "document",
    [
        contents(),
        contents("standard", 2000, "41.67", "8.33"),
        contents("outside_scope", buyer=replace(BUYER, country="US", vat_id="")),
        contents(kind="self_billed", notes=("self_billing", "reverse_charge_eu"), purchase_order="PO-7"),
        contents("standard", 2000, "41.67", "8.33", kind="credit_note", corrects_number="TW-INV-2026-000001"),
        contents(
            "standard", 2000, "41.67", "8.33", local_tax=Money.of("9.12", "USD"), local_rate_on=date(2026, 10, 26)
        ),
    ],
    ids=["reverse charge", "standard", "outside scope", "self-billed", "credit note", "tax in another currency"],
)
def test_the_official_rules_have_nothing_to_say_against_a_good_document(document):
    assert schematron.findings(cii.write(document)) == []


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (contents("standard", 2000, "41.67", "8.33", total=EUR("60.00")), "BR-CO-15"),
        (contents("standard", 1900, "41.67", "20.00", total=EUR("61.67")), "BR-CO-17"),
        (contents(buyer=replace(BUYER, vat_id="")), "BR-AE-02"),
        (contents("standard", 2000, "41.67", "8.33", seller=replace(SELLER, vat_id="", tax_number="")), "BR-S-02"),
    ],
    ids=["wrong total", "wrong tax", "reverse charge without the buyer's number", "seller without a number"],
)
def test_the_official_rules_refuse_a_broken_document(document, rule):
    assert rule in rules_broken(document)


def test_a_tax_that_is_not_determined_is_never_written_as_something_else():
    with pytest.raises(ValueError, match="undetermined"):
        cii.write(contents("undetermined"))


def test_nothing_examined_is_not_taken_for_nothing_wrong():
    with pytest.raises(schematron.RulesDidNotRun):
        schematron.findings(b"<other/>")


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("en", "Müller & Łódź Ltd", ["Commission invoice", "TW-INV-2026-000001", "Müller & Łódź Ltd", "50.00 EUR"]),
        ("zh-hans", "上海设计有限公司", ["上海设计有限公司", "德国", "50.00 EUR"]),
        ("ar", "شركة", ["TW-INV-2026-000001", "50.00 EUR"]),
    ],
)
def test_a_pdf_holds_the_words_of_its_reader(language, name, words):
    document = contents("standard", 2000, "41.67", "8.33", buyer=replace(BUYER, name=name))
    with translation.override(language):
        pdf = typesetting.pdf(fmt.sheet(document), language=language)
    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace("\u00a0", " ")
    assert all(word in text for word in words), text
    if language == "ar":
        assert set(name) & set(text)
    fonts = {str(font) for font in _fonts(pdf)}
    assert not any("Liberation" in font or "DejaVu" in font for font in fonts)


def _fonts(pdf):
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    return [font["/BaseFont"] for font in page["/Resources"]["/Font"].values()]


def test_what_people_type_is_text_and_never_markup():
    line = Line("commission", '#panic("x") [*b*] $1$ \\ "', EUR("50.00"), EUR("0.00"), "reverse_charge", 0)
    pdf = typesetting.pdf(fmt.sheet(contents(lines=(line,))), language="en")
    assert '#panic("x") [*b*] $1$' in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_picture_is_drawn_for_eyes():
    assert typesetting.png(fmt.sheet(contents()), language="ar").startswith(b"\x89PNG")


def in_dinars(fils):
    money = Money(fils, "KWD")
    return replace(
        contents("outside_scope", buyer=replace(BUYER, country="KW", vat_id=""), notes=()),
        currency="KWD", lines=(Line("commission", "Logo", money, Money.zero("KWD"), "outside_scope", 0),),
        net=money, tax=Money.zero("KWD"), total=money,
    )  # fmt: skip


def test_three_decimals_are_written_with_two_where_two_say_it_exactly():
    assert schematron.findings(cii.write(in_dinars(12_340))) == []
    with pytest.raises(cii.NotExpressible):
        cii.write(in_dinars(12_345))


def test_kosovo_has_the_code_of_the_standards_own_list():
    document = contents("outside_scope", buyer=replace(BUYER, country="XK", vat_id=""))
    assert schematron.findings(cii.write(document)) == []


@pytest.mark.parametrize("sign", ["\x0b", "\x00", "\x1f", "\ufffe", "\ud83d"])
def test_signs_that_xml_cannot_hold_are_left_out(sign):
    line = Line("commission", f"Draft{sign}homepage", EUR("50.00"), EUR("0.00"), "reverse_charge", 0)
    document = contents(
        lines=(line,), buyer=replace(BUYER, name=f"Atelier{sign}", street=f"Rue{sign}2"), purchase_order=f"PO{sign}7"
    )
    assert schematron.findings(cii.write(document)) == []
    assert b"Draft homepage" in cii.write(document)


def test_a_warning_makes_no_document_invalid():
    body = cii.write(contents()).replace(b">Logo: first drafts<", b"> <")
    assert b"> <" in body
    assert schematron.findings(body) == []
