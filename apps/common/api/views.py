from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """
    The OpenAPI schema, generated once per process, language and format: it is the same for all users and takes a
    second.
    """

    schema = None  # the schema does not document itself

    _made: ClassVar[dict[tuple[str, str], bytes | str]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.query_params.get("lang", "")
        language = code if code in dict(settings.LANGUAGES) else translation.get_language() or "en"
        renderer = request.accepted_renderer
        key = (language, renderer.media_type)
        if key not in self._made:
            with translation.override(language):
                schema = self.generator_class().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            self._made[key] = renderer.render(schema, renderer.media_type, {})
        response = HttpResponse(self._made[key], content_type=renderer.media_type)
        response["Content-Disposition"] = f'inline; filename="tradewind-api.{renderer.format}"'
        response["Cache-Control"] = "public, max-age=3600"
        patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
        return response
