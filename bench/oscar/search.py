"""
The catalogue page's search engine: PostgreSQL, without a search.

The catalogue of django-oscar 4 reads its list from a search engine. Haystack's simple backend, made for tests, looks
for the catalogue's filters as words in the products, so the catalogue is empty. This one answers with the newest
products from an index and their number, and reads the products of a page together. A real engine would cost more.
"""

from __future__ import annotations

from typing import Any

from haystack.backends import BaseEngine
from haystack.backends.simple_backend import SimpleSearchBackend, SimpleSearchQuery
from haystack.models import SearchResult

from oscar.core.loading import get_model


class Backend(SimpleSearchBackend):
    def search(
        self, query_string: str, start_offset: int = 0, end_offset: int | None = None, **options: Any
    ) -> dict[str, Any]:
        products = get_model("catalogue", "Product").objects.browsable()
        results: list[SearchResult] = []
        if end_offset is not None and end_offset - start_offset > 1:  # otherwise only the number is asked for
            for product in products.base_queryset().order_by("-date_created")[start_offset:end_offset]:
                result = SearchResult("catalogue", "product", product.pk, 0)
                result._model, result._object = type(product), product
                results.append(result)
        return {"results": results, "hits": products.count()}


class Engine(BaseEngine):
    backend = Backend
    query = SimpleSearchQuery
