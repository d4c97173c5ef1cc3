"""Tables as CSV files that spreadsheets open: streamed, in UTF-8 with its mark, and harmless."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also full-width: spreadsheets in Japanese take them for the same."""


class _Echo:
    def write(self, line: str) -> str:
        return line


def download(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A file `name`.csv of these rows, the first being the head; amounts come as Decimal, never as text."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield str(writer.writerow([_cell(value) for value in row]))


def _cell(value: object) -> object:
    """A spreadsheet takes a text with a leading sign for a formula: an apostrophe keeps it a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
