"""The administration's names for many, and what robots may read."""

import pytest
from django.apps import apps

from apps.common.apps import plural


@pytest.mark.parametrize(
    ("noun", "many"),
    [("category", "categories"), ("journal entry", "journal entries"), ("email delivery", "email deliveries"),
     ("day", "days"), ("match", "matches"), ("task", "tasks")],
)  # fmt: skip
def test_nouns(noun, many):
    assert plural(noun) == many


def test_no_model_of_ours_has_a_wrong_plural():
    wrong = [
        model for model in apps.get_models()
        if model.__module__.startswith("apps.") and str(model._meta.verbose_name_plural).endswith(("ys", "xs", "chs"))
        and str(model._meta.verbose_name_plural)[-3:-2] not in "aeiou"
    ]  # fmt: skip
    assert wrong == []


def test_robots_are_notified_what_needs_a_login(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "Disallow: /*/money/" in answer.content.decode()
