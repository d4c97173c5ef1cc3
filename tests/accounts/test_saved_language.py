"""Whoever logs in reads on in the language that they saved, also at the address without one."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin(make):
    user = make.freelancer("Lin").memberships.get().user
    user.language = "zh-hans"
    user.set_password("a long password of hers")
    user.save()
    user.emailaddress_set.update_or_create(email=user.email, defaults={"verified": True, "primary": True})
    return user


def test_after_the_login_pages_are_in_the_saved_language(client, lin):
    answer = client.post("/en/accounts/login/", {"login": lin.email, "password": "a long password of hers"})
    assert answer.status_code == 302
    assert answer["Location"] == "/zh-hans/"
    assert client.get("/").headers["Location"] == "/zh-hans/"


def test_the_page_that_was_asked_for_comes_in_the_saved_language(client, lin):
    address = "/en/accounts/login/?next=/en/money/"
    answer = client.post(address, {"login": lin.email, "password": "a long password of hers"})
    assert answer["Location"] == "/zh-hans/money/"


def test_the_address_without_a_language_leads_to_the_saved_one(client, lin):
    client.force_login(lin)
    assert client.get("/", headers={"Accept-Language": "en"}).headers["Location"] == "/zh-hans/"
    assert client.get("/tasks/?q=a").headers["Location"] == "/zh-hans/tasks/?q=a"


def test_a_language_chosen_in_this_browser_is_kept(client, lin):
    client.force_login(lin)
    client.cookies["django_language"] = "ar"
    assert client.get("/").headers["Location"] == "/ar/"


def test_addresses_of_machines_have_no_language(client, lin):
    client.force_login(lin)
    assert client.get("/livez").status_code == 200
    assert client.get("/nothing/").status_code == 404
