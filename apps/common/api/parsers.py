"""The API's JSON parser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as RestJSONParser

from apps.common import text


class JSONParser(RestJSONParser):
    """Refuses very deep nesting, control characters and unpaired surrogates before a serializer reads the data."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            text.check_json(data)
        except (RecursionError, text.NestedTooDeep):
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except (ValueError, LookupError):
            raise ParseError(_("The JSON contains control characters or is not UTF-8.")) from None
        return data
