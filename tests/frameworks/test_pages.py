"""Pages of framework agreements: from the profile to the contract, without scripts; strangers learn nothing."""

from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from apps.contracts.models import Contract
from apps.frameworks import operations
from apps.frameworks.models import Framework
from tests.conftest import log_in
from tests.contracts.test_change_pages import words
from tests.frameworks.agreeing import call_off, draft, in_force, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def sides(make):
    return make.employer(), make.freelancer()


def typed(make, **fields):
    terms = draft(make)
    data = {"rates-TOTAL_FORMS": "5", "rates-INITIAL_FORMS": "0"}
    for index, rate in enumerate(terms.rates):
        data |= {f"rates-{index}-description": rate.description, f"rates-{index}-unit": rate.unit}
        data |= {f"rates-{index}-price": str(rate.price_minor // 100)}
    for index in (2, 3, 4):
        data |= {f"rates-{index}-description": "", f"rates-{index}-unit": "hour", f"rates-{index}-price": ""}
    return data | {
        "title": terms.title, "source_language": "en", "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(), "currency": "EUR", "revisions": "3", "review_days": "5",
        "notice_days": "14", "ceiling": "1000", "confidentiality": terms.confidentiality, "rights": "", "other": "",
    } | fields  # fmt: skip


def called_off(**fields):
    data = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
    rows = (("1", "2.5", "7", ""), ("2", "1", "3", "Kick-off"), ("", "", "7", ""))
    for index, row in enumerate(rows):
        names = ("rate", "quantity", "days", "title")
        data |= {f"lines-{index}-{name}": value for name, value in zip(names, row, strict=True)}
    return data | {
        "title": "January batch", "category": "translation", "source_language": "en", "goal": "Twelve pages.",
        "requirements": "", "criteria": "All pages are there", "message": "As agreed.",
    } | fields  # fmt: skip


def test_from_the_profile_to_the_contract(make, sides, client):
    employer, freelancer = sides
    make.brief()  # the category
    page, url = log_in(client, employer), f"/en/frameworks/hire/{freelancer.handle}/"
    assert url in page.get(f"/en/people/{freelancer.handle}/").content.decode()
    assert page.get(url).status_code == 200
    sent = page.post(url, typed(make, send="1"))
    framework = Framework.objects.get()
    assert sent["Location"] == f"/en/frameworks/{framework.id}/"
    assert framework.versions.get().draft() == draft(make)
    assert "Withdraw the proposal" in words(page.get(sent["Location"]))
    assert framework.title in words(page.get("/en/frameworks/"))

    theirs = log_in(client, freelancer)
    assert "Next: answer the proposal" in words(theirs.get("/en/frameworks/"))
    assert "Answer a proposal of a framework agreement" in words(theirs.get("/en/"))
    shown = words(theirs.get(sent["Location"]))
    assert "Translation, English to Spanish 1,000 words" in shown
    assert "Nothing leaves the two teams." in shown
    theirs.post(f"{sent['Location']}accept/", {"number": "1"})
    shown = words(theirs.get(sent["Location"]))
    assert "Accepted by both" in shown
    assert "Make an offer under these terms" not in shown
    assert theirs.get(f"{sent['Location']}framework.pdf").content.startswith(b"%PDF")

    page = log_in(client, employer)
    assert "Make an offer under these terms" in words(page.get(sent["Location"]))
    url = f"/en/contracts/call-off/{framework.id}/"
    assert "Left of the ceiling" in words(page.get(url))
    costs = page.post(url, called_off(check="1"))
    assert "You pay in all" in words(costs)
    assert not Contract.objects.exists()
    offered = page.post(url, called_off(send="1"))
    contract = Contract.objects.get()
    assert offered["Location"] == f"/en/contracts/{contract.id}/"
    assert contract.amount_minor == 310_00
    for address in (offered["Location"], f"{offered['Location']}terms/"):
        assert "Translations in 2027 · Version 1" in words(page.get(address))
    assert contract.terms["framework"]["sha256"] in words(page.get(f"{offered['Location']}terms/"))
    assert page.get(f"{offered['Location']}contract.pdf").status_code == 200
    assert "January batch" in words(page.get(framework.get_absolute_url()))


def test_a_freelancer_proposes_from_the_profile_of_an_employer(make, sides, client):
    employer, freelancer = sides
    page, url = log_in(client, freelancer), f"/en/frameworks/work-for/{employer.handle}/"
    assert url in page.get(f"/en/people/{employer.handle}/").content.decode()
    page.post(url, typed(make, send="1"))
    framework = Framework.objects.get()
    assert (framework.employer, framework.freelancer, framework.proposed_by) == (employer, freelancer, freelancer)


def test_a_counter_is_shown_before_and_after(make, sides, client):
    framework = propose(make, sides)
    page, url = log_in(client, sides[1]), f"/en/frameworks/{framework.id}/counter/"
    form = page.get(url).context["form"]
    assert (form["title"].value(), form["notice_days"].value()) == (framework.title, 14)
    page.post(url, typed(make, number="1", send="1", notice_days="30", **{"rates-1-price": "75"}))
    shown = page.get(framework.get_absolute_url())
    assert [row.label for row in shown.context["compared"]] == ["Notice period", "Rates"]
    assert "Version 1" in words(shown)
    assert "There is a later version" in words(page.get(f"{framework.get_absolute_url()}?version=1"))
    assert page.get(f"{framework.get_absolute_url()}?version=3").status_code == 404


def test_new_terms_start_from_those_that_ended(make, sides, client):
    framework = in_force(make, sides)
    page = log_in(client, sides[0])
    url = page.get(framework.get_absolute_url()).context["like_url"]
    assert page.get(url).context["form"]["title"].value() == framework.title
    for other in ("x", uuid4()):
        form = page.get(f"/en/frameworks/hire/{sides[1].handle}/?like={other}").context["form"]
        assert not form["title"].value()


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""}, {"rates-0-price": "x"}, {"rates-0-price": "1.234"}, {"ceiling": "1.234"}, {"review_days": "2"},
        {"ends_on": "2020-01-01"}, {"rates-2-description": "Half a row"},
        {"rates-0-description": "", "rates-0-price": "", "rates-0-unit": "hour",
         "rates-1-description": "", "rates-1-price": ""},
    ],
)  # fmt: skip
def test_mistakes_keep_what_was_typed(make, sides, client, change):
    url = f"/en/frameworks/hire/{sides[1].handle}/"
    response = log_in(client, sides[0]).post(url, typed(make, send="1", rights="Kept words") | change)
    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Framework.objects.exists()


def test_rows_are_added_and_keep_what_was_typed(make, sides, client):
    page = log_in(client, sides[0])
    rates = page.post(f"/en/frameworks/hire/{sides[1].handle}/", typed(make, add="1")).context["rates"]
    assert [row["description"].value() or "" for row in rates] == [
        *(r.description for r in draft(make).rates),
        *[""] * 3,
    ]
    framework = in_force(make, sides)
    lines = page.post(f"/en/contracts/call-off/{framework.id}/", called_off(add="1")).context["lines"]
    assert [str(row["quantity"].value() or "") for row in lines] == ["2.5", "1", "", "", ""]


@pytest.mark.parametrize(
    "change",
    [{"goal": ""}, {"lines-0-quantity": "0"}, {"lines-0-quantity": "1.234"}, {"lines-0-rate": "9"},
     {"lines-0-days": ""}, {"lines-2-quantity": "3"}],
)  # fmt: skip
def test_mistakes_in_an_offer_keep_what_was_typed(make, sides, client, change):
    make.brief()
    framework = in_force(make, sides)
    url = f"/en/contracts/call-off/{framework.id}/"
    response = log_in(client, sides[0]).post(url, called_off(send="1", message="Kept words") | change)
    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Contract.objects.exists()


def test_beyond_the_ceiling_the_form_says_what_is_left(make, sides, client):
    make.brief()
    framework = in_force(make, sides)
    url = f"/en/contracts/call-off/{framework.id}/"
    response = log_in(client, sides[0]).post(url, called_off(send="1", **{"lines-0-quantity": "20"}))
    assert response.status_code == 409
    assert "1,000.00 EUR is left" in words(response)


def test_a_completed_contract_leads_to_the_form(make, client):
    contract = make.contract(status="completed")
    for organization, other, way in (
        (contract.employer, contract.freelancer, "hire"),
        (contract.freelancer, contract.employer, "work-for"),
    ):
        page = log_in(client, organization)
        url = f"/en/frameworks/{way}/{other.handle}/"
        assert url in page.get(f"/en/contracts/{contract.id}/").content.decode()
        assert page.get(url).status_code == 200


def test_decline_withdraw_and_end(make, sides, client):
    framework = propose(make, sides)
    url = f"/en/frameworks/{framework.id}/"
    theirs = log_in(client, sides[1])
    assert theirs.post(f"{url}decline/", {"reason": ""}).status_code == 422
    theirs.post(f"{url}decline/", {"reason": "Too low"})
    assert "Too low" in words(theirs.get(url))
    framework = propose(make, sides)
    log_in(client, sides[0]).post(f"/en/frameworks/{framework.id}/withdraw/")
    framework.refresh_from_db()
    assert framework.status == "withdrawn"
    framework = in_force(make, sides)
    client.post(f"/en/frameworks/{framework.id}/end/", {"reason": "The shop closes"})
    assert "The shop closes" in words(client.get(f"/en/frameworks/{framework.id}/"))
    assert client.post(f"/en/frameworks/{framework.id}/nothing/").status_code == 404


def test_strangers_get_404_and_the_freelancer_makes_no_offers(make, sides, client):
    framework = in_force(make, sides)
    call_off(make, framework, (1, "1"))
    urls = [f"/en/frameworks/{framework.id}/", f"/en/frameworks/{framework.id}/framework.pdf"]
    stranger = log_in(client, make.employer())
    for url in (*urls, f"/en/frameworks/{framework.id}/counter/", f"/en/contracts/call-off/{framework.id}/"):
        assert stranger.get(url).status_code == 404
    assert stranger.post(f"{urls[0]}end/").status_code == 404
    assert log_in(client, sides[1]).get(f"/en/contracts/call-off/{framework.id}/").status_code == 404
    client.force_login(make.staff())
    for url in urls:
        assert client.get(url).status_code == 200


def test_who_may_not_propose_is_refused(make, sides, client):
    employer, freelancer = sides
    page = log_in(client, employer)
    assert page.get(f"/en/frameworks/hire/{employer.handle}/").status_code == 404
    assert page.get(f"/en/frameworks/hire/{make.employer().handle}/").status_code == 404
    assert page.get(f"/en/frameworks/work-for/{freelancer.handle}/").status_code == 404
    client.force_login(make.member(employer, "finance"))
    assert client.get(f"/en/frameworks/hire/{freelancer.handle}/").status_code == 403


def test_the_same_form_sent_twice_is_one_offer(make, sides, client):
    make.brief()
    framework = in_force(make, sides)
    page, url = log_in(client, sides[0]), f"/en/contracts/call-off/{framework.id}/"
    token = page.get(url).context["offer"]
    checked = page.post(url, called_off(check="1", offer=token))
    assert checked.context["offer"] == token
    sent = [page.post(url, called_off(send="1", offer=token)) for _time in range(2)]
    contract = Contract.objects.get()
    assert [answer["Location"] for answer in sent] == [contract.get_absolute_url()] * 2
    assert "This form was sent already" in words(page.get(contract.get_absolute_url()))
    page.post(url, called_off(send="1", offer=page.get(url).context["offer"]))
    assert Contract.objects.count() == 2


@pytest.mark.parametrize("token", ["", "x", "0190a000-0000-7000-8000-000000000000:forged"])
def test_ids_of_offers_are_ours(make, sides, client, token):
    make.brief()
    framework = in_force(make, sides)
    page = log_in(client, sides[0])
    page.post(f"/en/contracts/call-off/{framework.id}/", called_off(send="1", offer=token))
    assert str(Contract.objects.get().id) != token.partition(":")[0]


def test_an_amount_that_cannot_be_paid_is_refused_at_its_row(make, sides, client):
    page, url = log_in(client, sides[0]), f"/en/frameworks/hire/{sides[1].handle}/"
    empty = {"rates-0-description": "", "rates-0-price": "", "rates-0-unit": "hour"}
    answer = page.post(
        url, typed(make, send="1", currency="KWD", rights="Kept words", **empty, **{"rates-1-price": "1.234"})
    )
    assert answer.status_code == 422
    assert [list(row.errors) for row in answer.context["rates"]] == [[], ["price"], [], [], []]
    assert "Kept words" in answer.content.decode()
    assert "1.230" in words(answer)
    answer = page.post(url, typed(make, send="1", currency="KWD", ceiling="1.234"))
    assert list(answer.context["form"].errors) == ["ceiling"]
    assert not Framework.objects.exists()


def test_days_at_the_end_of_the_calendar_are_refused(make, sides, client):
    url = f"/en/frameworks/hire/{sides[1].handle}/"
    days = {"starts_on": "9999-01-01", "ends_on": "9999-12-31"}
    answer = log_in(client, sides[0]).post(url, typed(make, send="1", **days))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["ends_on"])


def test_a_counter_to_what_was_withdrawn_keeps_what_was_typed(make, sides, client):
    framework = propose(make, sides)
    operations.withdraw(framework_id=framework.id, actor=make.actor(sides[0]), now=make.now)
    page, url = log_in(client, sides[1]), f"/en/frameworks/{framework.id}/counter/"
    answer = page.post(url, typed(make, send="1", number="1", rights="Kept words"))
    assert answer.status_code == 409
    assert "Kept words" in answer.content.decode()
    assert answer.context["form"].non_field_errors()
    assert page.get(url).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_a_proposal_at_the_same_moment_keeps_what_was_typed(make, sides, client, monkeypatch):
    employer, freelancer = sides
    page, spend = log_in(client, employer), operations._spend

    def overtaken(*values):
        monkeypatch.setattr(operations, "_spend", spend)
        thread = Thread(target=propose_theirs)
        thread.start()
        thread.join()
        spend(*values)

    def propose_theirs():
        try:
            propose(make, sides, by=freelancer)
        finally:
            connection.close()

    monkeypatch.setattr(operations, "_spend", overtaken)
    answer = page.post(f"/en/frameworks/hire/{freelancer.handle}/", typed(make, send="1", rights="Kept words"))
    assert answer.status_code == 409
    assert "Kept words" in answer.content.decode()
    assert Framework.objects.get().proposed_by == freelancer


def test_an_old_page_does_not_accept_a_newer_version(make, sides, client):
    framework = propose(make, sides)
    operations.counter(
        framework_id=framework.id, number=1, draft=draft(make, revisions=1), actor=make.actor(sides[1]), now=make.now
    )
    response = log_in(client, sides[0]).post(f"/en/frameworks/{framework.id}/accept/", {"number": "1"})
    assert response.status_code == 409
    framework.refresh_from_db()
    assert framework.status == "proposed"
