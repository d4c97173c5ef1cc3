"""Endpoints about people and organizations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import policies
from apps.accounts.api import serializers
from apps.accounts.middleware import actor, actor_for_organization
from apps.accounts.models import Membership, Organization, Profile, User
from apps.accounts.operations import members, organizations, pictures, profiles, settings
from apps.accounts.queries import members as member_queries
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.queries import people
from apps.accounts.queries import profiles as profile_queries
from apps.accounts.queries.people import PeopleFilter
from apps.accounts.rules import Act
from apps.accounts.states import KeyScope
from apps.common.api.pagination import ranked_response
from apps.files.pictures import Crop
from apps.track_records import queries as track_records


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class Me(APIView):
    @extend_schema(responses=serializers.MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        """The current user, with the organizations the user may act for."""
        context = {"actor": actor(request._request)}
        return Response(serializers.MeSerializer(_user(request), context=context).data)

    @extend_schema(request=serializers.SettingsSerializer, responses=serializers.MeSerializer, operation_id="me_change")
    def patch(self, request: Request) -> Response:
        serializer = serializers.SettingsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        settings.update_settings(user=_user(request), changes=serializer.validated_data)
        return self.get(request)


class People(ListAPIView[Profile]):
    """Public profiles of freelancers, newest first."""

    permission_classes = [AllowAny]
    serializer_class = serializers.ProfileSerializer

    @extend_schema(parameters=[serializers.PeopleQuerySerializer], operation_id="people_find")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        filters = self._filters()
        if filters.order == people.RELEVANCE:
            ranked = people.page(self._matching(filters), filters, request.query_params.get("cursor", ""))
            profile_ids = [profile.pk for profile in ranked.rows]
            by_id = {profile.pk: profile for profile in _whole(Profile.objects.filter(id__in=profile_ids))}
            shown = [by_id[profile_id] for profile_id in profile_ids if profile_id in by_id]
            context = serializers.profiles_context(shown)
            results = serializers.ProfileSerializer(shown, many=True, context=context).data
            return ranked_response(request, list(results), ranked.next_cursor)
        page = self.paginate_queryset(self.get_queryset())
        context = serializers.profiles_context(list(page or []))
        return self.get_paginated_response(serializers.ProfileSerializer(page, many=True, context=context).data)

    def get_queryset(self) -> QuerySet[Profile]:
        if getattr(self, "swagger_fake_view", False):
            return Profile.objects.none()
        return _whole(self._matching(self._filters()))

    def _filters(self) -> PeopleFilter:
        self.query = serializers.PeopleQuerySerializer(data=self._query())
        self.query.is_valid(raise_exception=True)
        return self.query.filters()

    def _matching(self, filters: PeopleFilter) -> QuerySet[Profile]:
        values = self.query.validated_data
        rating = values.get("rating_min_tenths")
        among = [track_records.rated_at_least(rating)] if rating else []
        among += [track_records.with_checked_account()] if values["is_checked"] else []
        return people.people(filters, timezone.now(), among=among)

    def _query(self) -> dict[str, Any]:
        parameters = self.request.query_params
        query: dict[str, Any] = {name: parameters[name] for name in parameters if name != "skill"}
        return {**query, "skill": parameters.getlist("skill")}


def _whole(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    return profiles.select_related("organization").prefetch_related("skills", "languages", "portfolio")


class Person(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=serializers.ProfileSerializer, operation_id="person")
    def get(self, request: Request, handle: str) -> Response:
        """The profile with this handle."""
        visible = profile_queries.profiles_visible_to(actor(request._request))
        shown = get_object_or_404(
            visible.prefetch_related("skills", "languages", "portfolio"), organization__handle=handle
        )
        context = serializers.profiles_context([shown])
        return Response(serializers.ProfileSerializer(shown, context=context).data)


def _own(request: Request, organization_id: UUID) -> Organization:
    return get_object_or_404(_organizations(request), id=organization_id)


def _organizations(request: Request) -> QuerySet[Organization]:
    """The user's organizations; for an API key, only its own."""
    acting, mine = actor(request._request), organization_queries.organizations_of(_user(request))
    return mine if acting.key_scopes is None else mine.filter(id=acting.side_id)


class Organizations(APIView):
    @extend_schema(responses=serializers.OrganizationSerializer(many=True), operation_id="organizations")
    def get(self, request: Request) -> Response:
        """The organizations the user belongs to."""
        return Response(serializers.OrganizationSerializer(_organizations(request), many=True).data)

    @extend_schema(
        request=serializers.NewOrganizationSerializer,
        responses={201: serializers.OrganizationSerializer},
        operation_id="organization_create",
    )
    def post(self, request: Request) -> Response:
        serializer = serializers.NewOrganizationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        policies.check_is_person(actor(request._request))
        organization = organizations.create_organization(
            owner=_user(request), now=timezone.now(), **serializer.validated_data
        )
        return Response(serializers.OrganizationSerializer(organization).data, status=201)


class OrganizationSwitch(APIView):
    @extend_schema(request=None, responses=serializers.OrganizationSerializer, operation_id="organization_act_for")
    def post(self, request: Request, organization_id: UUID) -> Response:
        """Act for this organization from now on. Sessions only: a key acts for the organization it was created for."""
        policies.check_is_person(actor(request._request))
        organization = organizations.switch_organization(user=_user(request), organization_id=organization_id)
        return Response(serializers.OrganizationSerializer(organization).data)


class OrganizationProfile(APIView):
    @extend_schema(
        request=serializers.ProfileChangeSerializer,
        responses=serializers.ProfileSerializer,
        operation_id="profile_change",
    )
    def patch(self, request: Request, organization_id: UUID) -> Response:
        """Change a profile; `skills` and `languages` replace the existing ones."""
        own = _own(request, organization_id)
        serializer = serializers.ProfileChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        skills, languages = changes.pop("skills", None), changes.pop("languages", None)
        if "rate" in changes:
            rate = changes.pop("rate")
            changes["rate_amount_minor"] = rate["amount_minor"] if rate else None
            changes["rate_currency"] = rate["currency"] if rate else ""
        profiles.update_profile(
            organization_id=own.id,
            actor=actor(request._request),
            now=timezone.now(),
            changes=changes,
            skills=None if skills is None else {row["skill_id"]: row["level"] for row in skills},
            languages=None if languages is None else {row["language"]: row["level"] for row in languages},
        )
        return Person().get(request, own.handle)


class OrganizationPicture(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request=serializers.PictureSerializer,
        responses=serializers.OrganizationSerializer,
        operation_id="picture_set",
    )
    def put(self, request: Request, organization_id: UUID) -> Response:
        """Set the photo or logo: a square part of the upload, drawn again in three sizes."""
        own = _own(request, organization_id)
        serializer = serializers.PictureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        pictures.set_picture(
            organization_id=own.id,
            upload=values["file"],
            crop=Crop(values["zoom"], values["across"], values["down"]),
            actor=actor(request._request),
            now=timezone.now(),
        )
        own.refresh_from_db()
        return Response(serializers.OrganizationSerializer(own).data)

    @extend_schema(responses={204: None}, operation_id="picture_remove")
    def delete(self, request: Request, organization_id: UUID) -> Response:
        own = _own(request, organization_id)
        pictures.remove_picture(organization_id=own.id, actor=actor(request._request), now=timezone.now())
        return Response(status=204)


class Members(APIView):
    @extend_schema(responses=serializers.MembershipSerializer(many=True), operation_id="members")
    def get(self, request: Request, organization_id: UUID) -> Response:
        """The members of one of the user's organizations."""
        rows = member_queries.members(_own(request, organization_id).id)
        return Response(serializers.MembershipSerializer(rows, many=True).data)


class Invitations(APIView):
    key_scope = KeyScope.MONEY  # members decide who may pay

    @extend_schema(responses=serializers.MemberInvitationSerializer(many=True), operation_id="invitations")
    def get(self, request: Request, organization_id: UUID) -> Response:
        """Open invitations, for users who may manage members."""
        own = _own(request, organization_id)
        policies.check_may(actor_for_organization(request._request, own.id), Act.MANAGE_MEMBERS, own.id)
        rows = member_queries.pending_invitations(own.id, timezone.now())
        return Response(serializers.MemberInvitationSerializer(rows, many=True).data)

    @extend_schema(
        request=serializers.MemberInvitationSerializer,
        responses={201: serializers.MemberInvitationSerializer},
        operation_id="member_invite",
    )
    def post(self, request: Request, organization_id: UUID) -> Response:
        own = _own(request, organization_id)
        serializer = serializers.MemberInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        invitation = members.invite_member(
            organization_id=own.id,
            email=serializer.validated_data["email"],
            role=serializer.validated_data["role"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.MemberInvitationSerializer(invitation).data, status=201)


class Member(APIView):
    key_scope = KeyScope.MONEY

    def _row(self, request: Request, membership_id: UUID) -> Membership:
        mine = _organizations(request)
        return get_object_or_404(Membership.objects.filter(organization__in=mine), id=membership_id)

    @extend_schema(
        request=serializers.RoleSerializer,
        responses=serializers.MembershipSerializer,
        operation_id="member_change_role",
    )
    def patch(self, request: Request, membership_id: UUID) -> Response:
        serializer = serializers.RoleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = self._row(request, membership_id)
        changed = members.change_role(
            membership_id=row.id,
            role=serializer.validated_data["role"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.MembershipSerializer(changed).data)

    @extend_schema(responses={204: None}, operation_id="member_remove")
    def delete(self, request: Request, membership_id: UUID) -> Response:
        row = self._row(request, membership_id)
        members.remove_member(membership_id=row.id, actor=actor(request._request), now=timezone.now())
        return Response(status=204)
