"""The contract as a document: complete, in the reader's language, for its parties alone."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from apps.common import typesetting
from apps.contracts import fmt
from apps.contracts.models import Contract
from apps.contracts.operations import offers
from apps.contracts.queries import documents
from apps.contracts.queries.documents import TEMPLATE
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


def text_of(body: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return " ".join(text.split())


def test_it_names_both_sides_what_was_agreed_and_what_was_delivered(client, make):
    milestone = make.milestone(status="delivered")
    contract = Contract.objects.get(id=milestone.contract_id)
    contract.freelancer.legal_name = "Amara Okafor Ltd"
    contract.freelancer.save()
    log_in(client, contract.freelancer)
    answer = client.get(reverse("contracts:document", args=[contract.id]))
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    version = contract.versions.get()
    for words in (
        contract.title, contract.employer.display_name, "Amara Okafor Ltd", contract.freelancer.display_name,
        "900.00", milestone.title, version.sha256, "Freelancer: accepted on", "https://files.example.org/work/1",
        contract.criteria.first().text, "10 business days of the employer",
    ):  # fmt: skip
        assert words in text, words
    assert "You pay in all" not in text


def test_the_employers_copy_has_the_fee(client, make):
    contract = make.contract()
    log_in(client, contract.employer)
    text = text_of(client.get(reverse("contracts:document", args=[contract.id])).content)
    contents = documents.contents(contract, make.now, reader=make.actor(contract.employer))
    assert "You pay in all" in text and contents.employer_fee is not None
    assert f"{contents.amount + contents.employer_fee}".split()[0] in text.replace(",", "")


def test_an_offer_says_that_it_is_not_accepted(make):
    contract = make.contract(status="offered")
    sheet = fmt.sheet(documents.contents(contract, make.now, reader=make.actor(contract.freelancer)))
    (version,) = sheet["versions"]["rows"]
    assert version["lines"][1] == "Freelancer: not accepted yet"
    assert contract.terms_sha256 in version["sha256"]


def test_the_freelancers_legal_name_is_for_the_other_side_once_the_offer_is_accepted(make):
    contract = make.contract(status="offered")
    contract.freelancer.legal_name = "Amara Okafor Ltd"
    contract.freelancer.save(update_fields=["legal_name"])
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)

    def name(reader):
        return documents.contents(contract, make.now, reader=reader).freelancer.legal_name

    assert (name(employer), name(freelancer)) == (contract.freelancer.display_name, "Amara Okafor Ltd")
    contract = offers.accept_offer(contract_id=contract.id, actor=freelancer, now=make.now)
    assert name(employer) == "Amara Okafor Ltd"


def test_words_of_people_are_no_markup(make):
    contract = make.contract()
    contract.terms["goal"] = '#panic("x") *bold* $x$ [a](b) <tag>'
    contents = documents.contents(contract, make.now, reader=make.actor(contract.freelancer))
    from dataclasses import replace

    sheet = fmt.sheet(replace(contents, terms=contract.terms))
    assert '#panic("x") *bold*' in text_of(typesetting.pdf(TEMPLATE, sheet, language="en"))


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_its_labels_are_in_the_readers_language(make, language):
    contract = make.contract()
    with translation.override(language):
        sheet = fmt.sheet(documents.contents(contract, make.now, reader=make.actor(contract.employer)))
        assert sheet["kind"] != "Contract" and sheet["versions"]["title"] != "Versions and acceptances"
        assert typesetting.pdf(TEMPLATE, sheet, language=language).startswith(b"%PDF")


def test_only_the_parties_and_staff_get_it(client, make):
    contract = make.contract()
    for address in (
        reverse("contracts:document", args=[contract.id]), f"/api/v1/contracts/{contract.id}/contract.pdf",
    ):  # fmt: skip
        assert log_in(Client(), make.freelancer(f"Other {address}")).get(address).status_code == 404
        assert log_in(Client(), contract.employer).get(address).content.startswith(b"%PDF")
        assert Client().get(address).status_code in (302, 401)
