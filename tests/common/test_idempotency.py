"""The first answer to a key is given again; other content, a running twin and a missing key are refused."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from apps.common.api import idempotency
from apps.common.api.problems import handler
from apps.common.models import IdempotencyRecord


class Endpoint:
    calls = 0

    @idempotency.idempotent
    def post(self, request: Request) -> Response:
        self.calls += 1
        if request.data.get("break"):
            raise ZeroDivisionError
        return Response({"call": self.calls}, status=201)


@pytest.fixture
def send(make):
    endpoint, user = Endpoint(), make.user()

    def post(key="k", **body):
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        from rest_framework.parsers import JSONParser

        request = Request(APIRequestFactory().post("/x", body, format="json", **headers), parsers=[JSONParser()])
        request.user = user
        return endpoint.post(request)

    return post


def test_a_repeat_gets_the_first_answer(send):
    assert send(a=1).data == {"call": 1}
    again = send(a=1)
    assert (again.status_code, again.data) == (201, {"call": 1})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert send("other", a=1).data == {"call": 2}


def test_a_key_is_not_used_for_other_content(send):
    send(a=1)
    with pytest.raises(idempotency.KeyReused):
        send(a=2)


def test_a_missing_key_is_refused(send):
    with pytest.raises(idempotency.KeyMissing):
        send("")


def test_after_a_failure_the_same_key_may_try_again(send):
    with pytest.raises(ZeroDivisionError):
        send(**{"break": 1})
    assert not IdempotencyRecord.objects.exists()


def test_a_twin_waits_and_an_abandoned_key_is_free_again(send):
    send(a=1)
    IdempotencyRecord.objects.update(status_code=None, body=None)
    assert handler(idempotency.StillRunning(), {})["Retry-After"] == "5"
    with pytest.raises(idempotency.StillRunning):
        send(a=1)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert send(a=1).data == {"call": 2}
