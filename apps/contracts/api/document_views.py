from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.contracts.queries import contracts, documents


class ContractDocument(APIView):
    """
    Return the contract as PDF/A: parties, milestones, criteria, both sides' words, accepted versions and delivered
    files with their SHA-256. Its labels are in the language of the request.
    """

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, operation_id="contract_document")
    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        asker = actor(request._request)
        contract = get_object_or_404(contracts.contracts_visible_to(asker), id=contract_id)
        body = documents.pdf(contract, timezone.now(), reader=asker, language=get_language() or "en")
        return HttpResponse(body, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})
