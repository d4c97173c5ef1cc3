"""Endpoints of bonuses. Those that move money require an Idempotency-Key."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as rest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.states import KeyScope
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.api.serializers import MoneySerializer, StrictSerializer, check_no_body, to_money
from apps.common.forms import CONTENT_LANGUAGES
from apps.contracts import policies
from apps.contracts.api import serializers
from apps.contracts.models import Bonus, Contract
from apps.contracts.operations import bonuses
from apps.contracts.queries import bonuses as queries
from apps.contracts.queries import contracts
from apps.contracts.states import BonusStatus
from apps.invoicing.queries import documents


class BonusSerializer(rest.ModelSerializer[Bonus]):
    amount = MoneySerializer(read_only=True)

    class Meta:
        model = Bonus
        fields = ("id", "contract_id", "status", "amount", "note", "source_language", "given_at", "paid_at")
        read_only_fields = fields


class NewBonusSerializer(StrictSerializer):
    amount = MoneySerializer(help_text="In the contract's currency.")
    note = rest.CharField(max_length=1000, required=False, allow_blank=True, default="")
    source_language = rest.ChoiceField(choices=CONTENT_LANGUAGES, default="en")


def _contract(request: Request, contract_id: UUID) -> Contract:
    return get_object_or_404(contracts.contracts_visible_to(actor(request._request)), id=contract_id)


def _bonus(request: Request, bonus_id: UUID) -> Bonus:
    return get_object_or_404(queries.bonuses_payable_by(actor(request._request)), id=bonus_id)


def _response(bonus_id: UUID, status: int = 200) -> Response:
    return Response(BonusSerializer(Bonus.objects.get(id=bonus_id)).data, status=status)


class Bonuses(APIView):
    @extend_schema(responses=BonusSerializer(many=True), operation_id="contract_bonuses")
    def get(self, request: Request, contract_id: UUID) -> Response:
        """List the contract's bonuses, the first one first. The freelancer sees those that were paid."""
        contract = _contract(request, contract_id)
        rows = queries.bonuses_of(contract.id)
        if not actor(request._request).acts_for(contract.employer_id):
            rows = [row for row in rows if row.status == BonusStatus.PAID]
        return Response(BonusSerializer(rows, many=True).data)

    @extend_schema(request=NewBonusSerializer, responses={201: BonusSerializer}, operation_id="contract_give_bonus")
    def post(self, request: Request, contract_id: UUID) -> Response:
        """Note a bonus on top of the contract's amount; then pay it. No money moves yet."""
        contract = _contract(request, contract_id)
        serializer = NewBonusSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        bonus = bonuses.give_bonus(
            contract_id=contract.id,
            amount=to_money(serializer.validated_data["amount"]),
            note=serializer.validated_data["note"],
            source_language=serializer.validated_data["source_language"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return _response(bonus.id, 201)


class Pay(APIView):
    key_scope = KeyScope.MONEY

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.FundSerializer,
        responses={201: serializers.CheckoutSerializer},
        operation_id="bonus_pay",
    )
    @idempotent
    def post(self, request: Request, bonus_id: UUID) -> Response:
        """Open a checkout. The bonus goes to the freelancer when the payment processor confirms the payment."""
        bonus = _bonus(request, bonus_id)
        serializer = serializers.FundSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        options = dict(serializer.validated_data)
        back = options.pop("return_url")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = settings.SITE_URL
        asker = actor(request._request)
        if policies.can_pay_bonus(asker, bonus) and documents.needs_billing_details(bonus.contract.employer):
            raise policies.BillingDetailsMissing
        charge = bonuses.pay_bonus(bonus_id=bonus.id, actor=asker, now=timezone.now(), return_url=back, **options)
        body = {
            "charge_id": charge.id if charge else None,
            "checkout_url": charge.checkout_url if charge else None,
            "method": charge.gateway if charge else None,
        }
        return Response(serializers.CheckoutSerializer(body).data, status=201)


class AskApproval(APIView):
    @extend_schema(
        request=serializers.AskApprovalSerializer,
        responses={201: serializers.AskedSerializer},
        operation_id="bonus_ask_approval",
    )
    def post(self, request: Request, bonus_id: UUID) -> Response:
        """Request a second person's approval, within the employer, to pay this bonus."""
        bonus = _bonus(request, bonus_id)
        serializer = serializers.AskApprovalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        approval = bonuses.request_approval(
            bonus_id=bonus.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data
        )
        body = {"approval_id": approval.id, "status": approval.status}
        return Response(serializers.AskedSerializer(body).data, status=201)


class Cancel(APIView):
    @extend_schema(request=None, responses=BonusSerializer, operation_id="bonus_cancel")
    def post(self, request: Request, bonus_id: UUID) -> Response:
        """Decide not to pay a bonus that was not paid yet."""
        check_no_body(request)
        bonus = _bonus(request, bonus_id)
        bonuses.cancel_bonus(bonus_id=bonus.id, actor=actor(request._request), now=timezone.now())
        return _response(bonus.id)
