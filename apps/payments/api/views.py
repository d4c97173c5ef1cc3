from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.payments import policies
from apps.payments.api import serializers
from apps.payments.models import Charge
from apps.payments.operations import charges as charge_operations
from apps.payments.queries import charges as charge_queries


def own_organization_id(request: Request) -> UUID:
    """
    The id of the organization the actor acts for.

    :raises NotFound: if the actor acts for no organization, or may not see its money.
    """
    organization_id = actor(request._request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see_money(actor(request._request), organization_id)
    return organization_id


class Charges(ListAPIView[Charge]):
    """The organization's payments, newest first."""

    serializer_class = serializers.ChargeSerializer

    @extend_schema(operation_id="charges")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Charge]:
        if getattr(self, "swagger_fake_view", False):
            return Charge.objects.none()
        return charge_queries.charges_of(own_organization_id(self.request))


class OneCharge(APIView):
    @extend_schema(responses=serializers.ChargeSerializer, operation_id="charge")
    def get(self, request: Request, charge_id: UUID) -> Response:
        return Response(
            serializers.ChargeSerializer(charge_queries.charge_visible_to(actor(request._request), charge_id)).data
        )


class CancelCharge(APIView):
    @extend_schema(request=None, responses=serializers.ChargeSerializer, operation_id="charge_cancel")
    def post(self, request: Request, charge_id: UUID) -> Response:
        """Cancel a payment that was not made yet. Money that arrives anyway becomes credit."""
        asker = actor(request._request)
        charge = charge_queries.charge_visible_to(asker, charge_id)
        charge_operations.cancel_charge(charge_id=charge.id, actor=asker, now=timezone.now())
        return Response(serializers.ChargeSerializer(charge_queries.charge_visible_to(asker, charge.id)).data)
