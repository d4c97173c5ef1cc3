from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.privacy import queries
from apps.privacy.api.serializers import DataExportSerializer


class AccountData(APIView):
    """
    Return the person's copies of their data. They are requested and downloaded on the site, because that needs a fresh
    login.
    """

    @extend_schema(responses=DataExportSerializer(many=True), operation_id="account_data")
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, User)
        return Response(DataExportSerializer(queries.exports_of(request.user.pk)[:20], many=True).data)
