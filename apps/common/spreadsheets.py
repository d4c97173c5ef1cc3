"""Tables as CSV files for spreadsheets: streamed, UTF-8 with a byte order mark, and safe against formula injection."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also the full-width signs, which Japanese spreadsheets treat the same."""


class _Echo:
    def write(self, line: str) -> str:
        return line


def download(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A file `name`.csv of these rows, the first being the header; amounts must be Decimal, not str."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield str(writer.writerow([_cell(value) for value in row]))


def _cell(value: object) -> object:
    """Spreadsheets treat a text that begins with such a sign as a formula: an apostrophe keeps it a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
