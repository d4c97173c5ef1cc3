"""
API endpoints for balances, payout accounts, quotes and payouts. Every POST that moves money requires an
Idempotency-Key.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.common import currencies
from apps.common.api.idempotency import NEEDS_KEY, idempotent
from apps.common.errors import Invalid, NotFound
from apps.common.money import Money
from apps.escrow.queries import escrows
from apps.gateways import registry
from apps.ledger.queries import books
from apps.payments.api.views import own_organization_id
from apps.payments.queries import charges
from apps.payouts import policies
from apps.payouts.api import serializers
from apps.payouts.models import FxQuote, Payout
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import payouts as payout_operations
from apps.payouts.queries import accounts as account_queries
from apps.payouts.queries import methods, wallet
from apps.payouts.queries import payouts as payout_queries


def _currency(code: str) -> str:
    if code not in currencies.exponents():
        raise Invalid(field="currency")
    return code


class Balances(APIView):
    """The organization's balances, one per currency."""

    @extend_schema(responses=serializers.BalanceSerializer(many=True), operation_id="balances")
    def get(self, request: Request) -> Response:
        balances = wallet.balances(own_organization_id(request))
        return Response(serializers.BalanceSerializer(balances, many=True).data)


class Statement(APIView):
    """The lines of the organization's own accounts, newest first."""

    @extend_schema(
        parameters=[serializers.StatementQuerySerializer],
        responses=serializers.StatementSerializer,
        operation_id="statement",
    )
    def get(self, request: Request) -> Response:
        serializer = serializers.StatementQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        limit = serializer.validated_data["limit"]
        lines = wallet.statement(
            own_organization_id(request),
            before=serializer.validated_data.get("before"),
            limit=limit + 1,
        )
        page = {"lines": lines[:limit], "older": lines[limit - 1].id if len(lines) > limit else None}
        return Response(serializers.StatementSerializer(page).data)


class JournalEntries(APIView):
    """All journal entries of one charge, payout or escrow."""

    @extend_schema(
        parameters=[serializers.JournalQuerySerializer],
        responses=serializers.JournalEntrySerializer(many=True),
        operation_id="journal_entries",
    )
    def get(self, request: Request) -> Response:
        serializer = serializers.JournalQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        ((kind, object_id),) = serializer.validated_data.items()
        look = {
            "charge": charges.charge_visible_to,
            "payout": payout_queries.payout_visible_to,
            "escrow": escrows.escrow_visible_to,
        }[kind]
        look(actor(request._request), object_id)  # 404 if the actor may not see it
        journals = books.journals_of(**{kind: object_id})
        return Response(serializers.JournalEntrySerializer(journals, many=True).data)


class PayoutAccounts(APIView):
    """The bank account or wallet the organization is paid to."""

    @extend_schema(responses=serializers.PayoutAccountSerializer, operation_id="payout_account")
    def get(self, request: Request) -> Response:
        account = account_queries.payout_account_of(own_organization_id(request))
        if account is None:
            raise NotFound
        return Response(serializers.PayoutAccountSerializer(account).data)

    @extend_schema(
        request=serializers.NewPayoutAccountSerializer,
        responses=serializers.PayoutAccountSerializer,
        operation_id="payout_account_set",
    )
    def put(self, request: Request) -> Response:
        serializer = serializers.NewPayoutAccountSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        account = account_operations.set_payout_account(
            organization_id=own_organization_id(request),
            gateway=_gateway(fields.pop("gateway")),
            actor=actor(request._request),
            now=timezone.now(),
            **fields,
        )
        return Response(serializers.PayoutAccountSerializer(account).data)

    @extend_schema(
        request=serializers.AutomaticSerializer,
        responses=serializers.PayoutAccountSerializer,
        operation_id="payout_account_automatic",
    )
    def patch(self, request: Request) -> Response:
        serializer = serializers.AutomaticSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        account = account_operations.set_automatic(
            organization_id=own_organization_id(request),
            is_automatic=serializer.validated_data["is_automatic"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.PayoutAccountSerializer(account).data)


def _gateway(name: str) -> str:
    """
    :raises GatewayNotOffered: if the gateway is not open here. Whether it can pay this organization is checked later.
    """
    if name and name not in registry.names():
        raise policies.GatewayNotOffered
    return name or settings.PAYMENT_GATEWAY


class PayoutMethods(APIView):
    """Ways to be paid other than the processor; empty if there are none."""

    @extend_schema(responses=serializers.PayoutMethodSerializer(many=True), operation_id="payout_account_methods")
    def get(self, request: Request) -> Response:
        country = organizations.organization(own_organization_id(request)).country
        payout_methods = methods.payout_methods_for(country=country, on=timezone.now().date())
        return Response(serializers.PayoutMethodSerializer(payout_methods, many=True).data)


class Onboarding(APIView):
    """An account at the processor, completed by a person on the processor's own page."""

    @extend_schema(responses=serializers.PayoutAccountSerializer, operation_id="payout_account_onboarding")
    def get(self, request: Request) -> Response:
        """The current status of the account, read from the processor."""
        waiting = account_queries.onboarding_account_of(own_organization_id(request))
        if waiting is None:
            raise NotFound
        asker = actor(request._request)
        payout_account = account_operations.refresh_onboarding(account_id=waiting.id, actor=asker, now=timezone.now())
        return Response(serializers.PayoutAccountSerializer(payout_account).data)

    @extend_schema(
        request=serializers.NewOnboardingSerializer,
        responses={201: serializers.OnboardingSerializer},
        operation_id="payout_account_onboard",
    )
    def post(self, request: Request) -> Response:
        serializer = serializers.NewOnboardingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asker = actor(request._request)
        account = account_operations.start_onboarding(
            organization_id=own_organization_id(request),
            gateway=settings.PAYMENT_GATEWAY,
            actor=asker,
            now=timezone.now(),
            **serializer.validated_data,
        )
        url = account_operations.onboarding_page(
            account_id=account.id,
            return_url=request.build_absolute_uri(reverse("payouts:account_return")),
            refresh_url=request.build_absolute_uri(reverse("payouts:account")),
            actor=asker,
        )
        return Response(serializers.OnboardingSerializer({"account": account, "url": url}).data, status=201)


class Quotes(APIView):
    """The amount that the bank account would receive for a balance; valid for 15 minutes. Moves no money."""

    @extend_schema(
        request=serializers.NewQuoteSerializer,
        responses={201: serializers.QuoteSerializer},
        operation_id="quote_ask",
    )
    def post(self, request: Request) -> Response:
        serializer = serializers.NewQuoteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        currency = _currency(serializer.validated_data["currency"])
        minor = serializer.validated_data.get("amount_minor")
        quote = payout_operations.quote_payout(
            organization_id=own_organization_id(request),
            currency=currency,
            amount=None if minor is None else Money(minor, currency),
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.QuoteSerializer(quote).data, status=201)


class OneQuote(APIView):
    @extend_schema(responses=serializers.QuoteSerializer, operation_id="quote")
    def get(self, request: Request, quote_id: UUID) -> Response:
        quote: FxQuote = payout_queries.quote_visible_to(actor(request._request), quote_id)
        return Response(serializers.QuoteSerializer(quote).data)


class Payouts(ListAPIView[Payout]):
    """Withdrawals, newest first."""

    serializer_class = serializers.PayoutSerializer

    @extend_schema(operation_id="payouts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Payout]:
        if getattr(self, "swagger_fake_view", False):
            return Payout.objects.none()
        return payout_queries.payouts_of(own_organization_id(self.request))

    @extend_schema(
        parameters=[NEEDS_KEY],
        request=serializers.NewPayoutSerializer,
        responses={201: serializers.PayoutSerializer},
        operation_id="payout_request",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Accept a quote: its amounts are reserved unchanged and the payout is sent."""
        serializer = serializers.NewPayoutSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asker = actor(request._request)
        quote = payout_queries.quote_visible_to(asker, serializer.validated_data["quote_id"])
        payout = payout_operations.accept_quote(quote_id=quote.id, actor=asker, now=timezone.now())
        return Response(serializers.PayoutSerializer(payout).data, status=201)


class OnePayout(APIView):
    @extend_schema(responses=serializers.PayoutSerializer, operation_id="payout")
    def get(self, request: Request, payout_id: UUID) -> Response:
        payout = payout_queries.payout_visible_to(actor(request._request), payout_id)
        return Response(serializers.PayoutSerializer(payout).data)
