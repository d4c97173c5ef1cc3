import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.messaging import operations
from apps.messaging.models import Message, MessageFile
from tests.conftest import NOON
from tests.make.agreed import active_contract

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(make):
    return active_contract(make)


@pytest.fixture
def employer(make, contract):
    return User.objects.get(id=make.actor(contract.employer).user_id)


@pytest.fixture
def freelancer(make, contract):
    return User.objects.get(id=make.actor(contract.freelancer).user_id)


def test_a_message_with_a_file_reaches_the_other_side_and_nobody_else(client, make, contract, employer, freelancer):
    client.force_login(employer)
    values = {"text": "See **attached**", "files": [SimpleUploadedFile("合同.txt", "条款".encode())]}
    assert client.post(reverse("messaging:send", args=[contract.id]), values).status_code == 302
    file = reverse("messaging:file", args=[MessageFile.objects.get().id])

    client.force_login(freelancer)
    page = client.get(reverse("messaging:thread", args=[contract.id])).content.decode()
    assert "<strong>attached</strong>" in page
    assert "合同.txt" in page
    assert b"".join(client.get(file)) == "条款".encode()
    client.force_login(make.user("Stranger"))
    assert client.get(file).status_code == 404
    assert client.get(reverse("messaging:thread", args=[contract.id])).status_code == 404


def test_a_refused_file_keeps_the_words(client, contract, employer):
    client.force_login(employer)
    values = {"text": "Kept words", "files": [SimpleUploadedFile("x.exe", b"MZ\x00\x01\x02")]}
    answer = client.post(reverse("messaging:send", args=[contract.id]), values)

    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()
    assert not Message.objects.exists()


def test_htmx_gets_the_fragment_alone(client, contract, employer):
    client.force_login(employer)
    page = client.post(
        reverse("messaging:send", args=[contract.id]), {"text": "Hi"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert 'id="thread"' in page
    assert "<html" not in page


def test_the_inbox_counts_what_is_new(client, make, contract, employer, freelancer):
    operations.send(
        contract_id=contract.id, text="New words", source_language="en", actor=make.actor(contract.employer), now=NOON
    )
    Message.objects.update(sent_at=NOON.replace(year=2027))
    client.force_login(freelancer)

    page = client.get("/en/messages/").content.decode()
    assert "New words" in page
    assert "1 new" in page


def test_hidden_words_are_not_sent_to_anybody(client, make, contract, freelancer):
    message = operations.send(
        contract_id=contract.id,
        text="Secret insult",
        source_language="en",
        actor=make.actor(contract.employer),
        now=NOON,
    )
    operations.hide(message_id=message.id, reason_code="harassment", actor=make.staff_actor(), now=NOON)
    client.force_login(freelancer)

    for path in (reverse("messaging:thread", args=[contract.id]), "/en/messages/"):
        assert "Secret insult" not in client.get(path).content.decode()
    api = APIClient()
    api.force_login(freelancer)
    body = api.get(f"/api/v1/contracts/{contract.id}/messages/").json()
    assert (body["results"][0]["text"], body["results"][0]["is_hidden"]) == ("", True)


def test_the_api_sends_reads_and_refuses_strangers(make, contract, employer):
    api = APIClient()
    api.force_login(employer)
    path = f"/api/v1/contracts/{contract.id}/messages/"
    assert api.post(path, {"text": "Hello"}).status_code == 201
    assert api.get(path).json()["results"][0]["text"] == "Hello"
    assert api.post(f"{path}read/").status_code == 204
    assert api.post(path, {"text": ""}).status_code == 400
    api.force_login(make.user())
    assert api.get(path).status_code == 404
    assert api.post(path, {"text": "Hello"}).status_code == 404


def test_the_thread_costs_the_same_for_many_messages(client, make, contract, employer, django_assert_max_num_queries):
    for number in range(12):
        operations.send(
            contract_id=contract.id,
            text=str(number),
            source_language="en",
            actor=make.actor(contract.employer),
            now=NOON,
        )
    client.force_login(employer)
    client.get("/en/messages/")  # the first page of a login also writes it into the list of sessions (5 queries a page)
    with django_assert_max_num_queries(21):
        client.get(reverse("messaging:thread", args=[contract.id]))


def test_the_contract_room_sends_words_and_files_and_comes_back(client, make, contract, employer, freelancer):
    client.force_login(employer)
    room = contract.get_absolute_url()
    page = client.get(room).content.decode()
    assert reverse("messaging:send", args=[contract.id]) in page
    assert 'name="files"' in page
    values = {"text": "Here", "files": [SimpleUploadedFile("a.txt", b"a")], "next": room}
    assert client.post(reverse("messaging:send", args=[contract.id]), values)["Location"] == f"{room}#timeline"
    assert MessageFile.objects.count() == 1

    client.force_login(freelancer)
    assert client.post(reverse("messaging:read", args=[contract.id])).status_code == 204
    client.force_login(make.user())
    assert client.post(reverse("messaging:read", args=[contract.id])).status_code == 404
