from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.contracts.views.lookups import contract_or_404
from apps.contracts.views.offers import document_file


class ContractDocument(APIView):
    """
    Return the contract as PDF/A: parties, milestones, criteria, both sides' words, accepted versions and delivered
    files with their SHA-256. Its labels are in the language of the request.
    """

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, operation_id="contract_document")
    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        return document_file(contract_or_404(request._request, contract_id), actor(request._request))
