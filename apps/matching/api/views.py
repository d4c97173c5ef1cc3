from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.matching import policies, queries
from apps.matching.api.serializers import (
    ExplanationSerializer,
    LimitSerializer,
    RecommendedFreelancerSerializer,
    RecommendedTaskSerializer,
    SkillTextSerializer,
    SuggestedSkillSerializer,
)
from apps.matching.scoring import linker, suggesting
from apps.skills import queries as skills
from apps.tasks import queries as tasks
from apps.tasks.models import Task


def _limit(request: Request) -> int:
    asked = LimitSerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return int(asked.validated_data["limit"])


def _task(request: Request, task_id: UUID) -> Task:
    task = tasks.tasks_visible_to(actor(request._request)).filter(id=task_id).first()
    if task is None:
        raise NotFound
    return task


class RecommendedTasks(APIView):
    @extend_schema(parameters=[LimitSerializer], responses=RecommendedTaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Open tasks that suit the organization one acts for, best first, with the reasons."""
        limit, organization_id = _limit(request), actor(request._request).organization_id
        found = queries.recommended_tasks(organization_id, limit) if organization_id else []
        return Response(RecommendedTaskSerializer(found, many=True).data)


class RecommendedFreelancers(APIView):
    @extend_schema(parameters=[LimitSerializer], responses=RecommendedFreelancerSerializer(many=True))
    def get(self, request: Request, task_id: UUID) -> Response:
        """Freelancers who suit one's own task, best first, with the reasons."""
        limit, task = _limit(request), _task(request, task_id)
        policies.check_can_see_recommended_freelancers(actor(request._request), task)
        return Response(
            RecommendedFreelancerSerializer(queries.recommended_freelancers(task.id, limit), many=True).data
        )


class OwnMatch(APIView):
    @extend_schema(responses=ExplanationSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """How well the organization one acts for suits a task."""
        task = _task(request, task_id)
        organization_id = actor(request._request).organization_id
        why = queries.explanation(task.id, organization_id) if organization_id else None
        if why is None:
            raise Http404
        return Response(ExplanationSerializer(why).data)


class SkillsFromText(APIView):
    @extend_schema(
        request=SkillTextSerializer, responses=SuggestedSkillSerializer(many=True), operation_id="skills_from_text"
    )
    def post(self, request: Request) -> Response:
        """Skills that a text names, surest first, each with where it stands. Nothing is kept."""
        given = SkillTextSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = suggesting.suggest(given.validated_data["text"], given.validated_data["language"], linker.shipped())
        names = skills.labels([one.skill_id for one in found], get_language() or "en")
        rows = [
            {
                "id": one.skill_id, "label": names[one.skill_id], "confidence": round(one.confidence, 3),
                "start": one.start, "end": one.end,
            }
            for one in found
            if one.skill_id in names
        ]  # fmt: skip
        return Response(SuggestedSkillSerializer(rows, many=True).data)
