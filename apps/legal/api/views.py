from __future__ import annotations

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.legal import queries
from apps.legal.api.serializers import LegalTextSerializer
from apps.legal.models import LegalKind


class LegalTexts(APIView):
    """Return the operator's legal texts that are in force, in the language of the request or in English."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=LegalTextSerializer(many=True), operation_id="legal_texts")
    def get(self, request: Request) -> Response:
        texts = queries.texts_in_force(LegalKind, get_language() or "en", timezone.now())
        return Response(LegalTextSerializer(texts, many=True).data)
