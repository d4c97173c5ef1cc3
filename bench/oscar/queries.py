"""In a process of django-oscar's environment: prints the number of statements of each page whose path is given."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

counts = []
for page in sys.argv[1:]:
    for _ in range(2):  # the second finds what a process keeps
        with CaptureQueriesContext(connection) as captured:
            answer = Client().get(page)
        assert answer.status_code == 200, (page, answer.status_code)
    if page == "/catalogue/":
        assert answer.content.count(b"price_color") == 20, "the catalogue does not show 20 prices"
    counts.append(len(captured))
print(json.dumps(counts))
