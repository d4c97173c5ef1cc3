"""The web process and the worker as they are, with a page and a job that fail: started by test_telemetry.py."""

import sys
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from marketplace.celery import app

SECRETS = ("ada@example.org", "tw_0123456789abcdefghij", "sessionid-value", "typed-by-a-person", "hunter2hunter2")


class Broken(Exception):
    pass


def boom(request: HttpRequest) -> HttpResponse:
    raise Broken(f"for {SECRETS[0]} with {SECRETS[1]}")


@app.task(name="telemetry.boom")
def boom_task(*args: Any, **options: Any) -> None:
    raise Broken(f"for {SECRETS[0]} with {SECRETS[1]}")


if "granian" in sys.modules:
    from marketplace.wsgi import application as application  # first: it loads the areas

    import_module("marketplace.urls").urlpatterns.insert(0, path("boom/", boom))
