"""The address of a filtered list is its state: it is shared, saved and opened again."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict


def cleaned_query(request: HttpRequest) -> str:
    """Return the query string without empty values and without the position in the list."""
    parameters = request.GET.copy()
    parameters.pop("cursor", None)
    for name, values in list(parameters.lists()):
        kept = [value for value in values if value.strip()]
        if kept:
            parameters.setlist(name, kept)
        else:
            parameters.pop(name)
    return parameters.urlencode()


def without(query: QueryDict, name: str, value: str = "") -> str:
    """Return the address that removes a filter, or one of its values."""
    parameters = query.copy()
    kept = [other for other in parameters.getlist(name) if value and other != value]
    parameters.pop(name, None)
    if kept:
        parameters.setlist(name, kept)
    return "?" + parameters.urlencode()
