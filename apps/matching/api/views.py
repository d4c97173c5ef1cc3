from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.matching import policies
from apps.matching.api.serializers import (
    CompletionQuerySerializer,
    CompletionSerializer,
    ExplanationSerializer,
    FairnessReportSerializer,
    LearnedOrderSerializer,
    LimitSerializer,
    MatchExportSerializer,
    NotForMeSerializer,
    NotSuitedSerializer,
    RecommendedFreelancerSerializer,
    RecommendedTaskSerializer,
    RefusalSerializer,
    SkillTextSerializer,
    SuggestedSkillSerializer,
)
from apps.matching.models import ListKind, ListSide
from apps.matching.operations import feedback
from apps.matching.queries import exports, fairness, learned, recommendations
from apps.matching.queries import skill_suggestions as skill_suggestion_queries
from apps.matching.templatetags.matching import record_impressions
from apps.skills import queries as skills
from apps.tasks import queries as tasks
from apps.tasks.models import Task
from ranking import skill_suggestions as ranking_skill_suggestions


def _limit(request: Request) -> int:
    serializer = LimitSerializer(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return int(serializer.validated_data["limit"])


def _task(request: Request, task_id: UUID) -> Task:
    task = tasks.tasks_visible_to(actor(request._request)).filter(id=task_id).first()
    if task is None:
        raise NotFound
    return task


class RecommendedTasks(APIView):
    @extend_schema(parameters=[LimitSerializer], responses=RecommendedTaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List open tasks that suit the acting organization, best first, with the reasons."""
        limit, organization_id = _limit(request), actor(request._request).organization_id
        recommended_tasks = recommendations.recommended_tasks(organization_id, limit) if organization_id else []
        record_impressions(request._request, ListKind.RECOMMENDED, organization_id, recommended_tasks)
        return Response(RecommendedTaskSerializer(recommended_tasks, many=True).data)


class MatchExport(APIView):
    @extend_schema(responses=MatchExportSerializer)
    def get(self, request: Request) -> Response:
        """
        Return the acting organization's own matches with everything the formula read, as input for
        `recompute_match.py`.
        """
        organization_id = actor(request._request).organization_id
        if organization_id is None:
            raise NotFound
        return Response(exports.match_export(organization_id, timezone.now()))


class RecommendedFreelancers(APIView):
    @extend_schema(parameters=[LimitSerializer], responses=RecommendedFreelancerSerializer(many=True))
    def get(self, request: Request, task_id: UUID) -> Response:
        """List freelancers who suit the employer's own task, best first, with the reasons."""
        limit, task = _limit(request), _task(request, task_id)
        policies.check_can_see_recommended_freelancers(actor(request._request), task)
        recommended_freelancers = recommendations.recommended_freelancers(task.id, limit)
        record_impressions(request._request, ListKind.PEOPLE, task.employer_id, recommended_freelancers)
        return Response(RecommendedFreelancerSerializer(recommended_freelancers, many=True).data)


class OwnMatch(APIView):
    @extend_schema(responses=ExplanationSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """Return how well the acting organization suits a task."""
        task = _task(request, task_id)
        organization_id = actor(request._request).organization_id
        why = recommendations.explanation(task.id, organization_id, is_own=True) if organization_id else None
        if why is None:
            raise Http404
        return Response(ExplanationSerializer(why).data)


class SkillsFromText(APIView):
    @extend_schema(
        request=SkillTextSerializer, responses=SuggestedSkillSerializer(many=True), operation_id="skills_from_text"
    )
    def post(self, request: Request) -> Response:
        """
        Return the skills a text names, most confident first, each with its position in the text. Nothing is stored.
        """
        serializer = SkillTextSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        result = ranking_skill_suggestions.suggest(
            serializer.validated_data["text"],
            serializer.validated_data["language"],
            ranking_skill_suggestions.ready(),
        )
        names = skills.labels([item.skill_id for item in result], get_language() or "en")
        rows = [
            {
                "id": item.skill_id, "label": names[item.skill_id], "confidence": round(item.confidence, 3),
                "start": item.start, "end": item.end,
            }
            for item in result
            if item.skill_id in names
        ]  # fmt: skip
        return Response(SuggestedSkillSerializer(rows, many=True).data)


def _refuse(request: Request, side: ListSide, task_id: UUID, organization_id: UUID) -> Response:
    serializer = (NotForMeSerializer if side == ListSide.TASKS else NotSuitedSerializer)(data=request.data)
    serializer.is_valid(raise_exception=True)
    refusal = feedback.refuse(
        side=side, task=_task(request, task_id), organization_id=organization_id, actor=actor(request._request),
        reason=serializer.validated_data["reason"], text=serializer.validated_data["text"], now=timezone.now(),
    )  # fmt: skip
    return Response(RefusalSerializer(refusal).data)


def _take_back(request: Request, side: ListSide, task_id: UUID, organization_id: UUID) -> Response:
    task = Task.objects.filter(id=task_id).first()  # includes tasks that others can no longer see
    if task is None:
        raise NotFound
    feedback.take_back(side=side, task=task, organization_id=organization_id, actor=actor(request._request))
    return Response(status=204)


class NotForMe(APIView):
    @extend_schema(request=NotForMeSerializer, responses=RefusalSerializer, operation_id="not_for_me")
    def post(self, request: Request, task_id: UUID) -> Response:
        """Stop recommending this task to the acting organization. Sending it again changes the reason."""
        return _refuse(request, ListSide.TASKS, task_id, self._own(request))

    @extend_schema(responses={204: None}, operation_id="not_for_me_taken_back")
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Undo it: the task may be recommended again."""
        return _take_back(request, ListSide.TASKS, task_id, self._own(request))

    def _own(self, request: Request) -> UUID:
        organization_id = actor(request._request).organization_id
        if organization_id is None:
            raise NotFound
        return organization_id


class NotSuited(APIView):
    @extend_schema(request=NotSuitedSerializer, responses=RefusalSerializer, operation_id="not_suited")
    def post(self, request: Request, task_id: UUID, organization_id: UUID) -> Response:
        """Stop recommending this freelancer for the employer's own task. Sending it again changes the reason."""
        return _refuse(request, ListSide.PEOPLE, task_id, organization_id)

    @extend_schema(responses={204: None}, operation_id="not_suited_taken_back")
    def delete(self, request: Request, task_id: UUID, organization_id: UUID) -> Response:
        """Undo it: the freelancer may be recommended again."""
        return _take_back(request, ListSide.PEOPLE, task_id, organization_id)


class FairnessReports(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=FairnessReportSerializer(many=True), operation_id="fairness_reports")
    def get(self, request: Request) -> Response:
        """List the public weekly reports of exposure and relevance, newest first, for at most one year."""
        return Response(FairnessReportSerializer(fairness.reports(53), many=True).data)


class LearnedOrders(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=LearnedOrderSerializer(many=True), operation_id="learned_orders")
    def get(self, request: Request) -> Response:
        """List the public model cards of learned orders, newest first."""
        holding = {order.ranker.id for order in learned.orders() if order.ranker is not None}
        serializer = LearnedOrderSerializer(learned.rankers(), many=True, context={"holding": holding})
        return Response(serializer.data)


class SkillCompletions(APIView):
    @extend_schema(
        parameters=[CompletionQuerySerializer],
        responses=CompletionSerializer(many=True),
        operation_id="skill_completions",
    )
    def get(self, request: Request) -> Response:
        """List skills that tasks often require together with the chosen ones, most likely first."""
        serializer = CompletionQuerySerializer(data={"skill": request.query_params.getlist("skill")})
        serializer.is_valid(raise_exception=True)
        goes = skill_suggestion_queries.goes_with(serializer.validated_data["skill"], timezone.now())
        rows = [{"id": skill_id, "title": name} for skill_id, name in goes]
        return Response(CompletionSerializer(rows, many=True).data)
