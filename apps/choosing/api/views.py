"""Endpoints of scores and notes, for members of the employer alone: everybody else gets 404."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.middleware import actor
from apps.bidding.models import Bid
from apps.choosing import operations, queries
from apps.choosing.api import serializers
from apps.choosing.models import Evaluation
from apps.tasks.models import Task


def _task(request: Request, task_id: UUID) -> Task:
    return get_object_or_404(queries.tasks_evaluated_by(actor(request._request)), id=task_id)


def _bid(request: Request, bid_id: UUID) -> Bid:
    return get_object_or_404(queries.bids_evaluated_by(actor(request._request), timezone.now()), id=bid_id)


def _scores(request: Request, bid: Bid) -> queries.Scores:
    evaluation = queries.evaluation_of(bid.task_id)
    user_id = actor(request._request).user_id
    return queries.scores_of_bid(evaluation, bid.id, user_id) if evaluation else queries.Scores()


class OneEvaluation(APIView):
    @extend_schema(responses=serializers.EvaluationSerializer, operation_id="evaluation")
    def get(self, request: Request, task_id: UUID) -> Response:
        """Return the award criteria of a task's bids."""
        task = _task(request, task_id)
        evaluation = queries.evaluation_of(task.id) or Evaluation(task=task)
        return Response(serializers.EvaluationSerializer(evaluation).data)

    @extend_schema(
        request=serializers.CriteriaSerializer,
        responses=serializers.EvaluationSerializer,
        operation_id="evaluation_set",
    )
    def put(self, request: Request, task_id: UUID) -> Response:
        """Set the award criteria and their weights, until the first score is given."""
        task = _task(request, task_id)
        serializer = serializers.CriteriaSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        evaluation = operations.set_criteria(
            task_id=task.id,
            criteria=serializer.award_criteria(),
            is_blind=serializer.validated_data["is_blind"],
            is_published=serializer.validated_data["is_published"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.EvaluationSerializer(evaluation).data)


class BidScores(APIView):
    @extend_schema(responses=serializers.ScoresSerializer, operation_id="bid_scores")
    def get(self, request: Request, bid_id: UUID) -> Response:
        """Return the scores of a bid that the caller may see."""
        return Response(serializers.ScoresSerializer(_scores(request, _bid(request, bid_id))).data)

    @extend_schema(
        request=serializers.ScoreSerializer, responses=serializers.ScoresSerializer, operation_id="bid_score"
    )
    def put(self, request: Request, bid_id: UUID) -> Response:
        """Give the caller's own score, or change it."""
        bid = _bid(request, bid_id)
        serializer = serializers.ScoreSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        operations.score(bid_id=bid.id, actor=actor(request._request), now=timezone.now(), **serializer.validated_data)
        return Response(serializers.ScoresSerializer(_scores(request, bid)).data)


class BidNotes(APIView):
    @extend_schema(responses=serializers.NoteSerializer(many=True), operation_id="bid_notes")
    def get(self, request: Request, bid_id: UUID) -> Response:
        """List the newest 200 private notes that the caller may see, oldest first."""
        bid = _bid(request, bid_id)
        sees_others = _scores(request, bid).sees_others
        notes = queries.seen_notes(bid.id, actor(request._request).user_id, sees_others=sees_others)
        return Response(serializers.NoteSerializer(notes, many=True).data)

    @extend_schema(
        request=serializers.NewNoteSerializer,
        responses={201: serializers.NoteSerializer},
        operation_id="bid_note_write",
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Write a private note, which only members of the organization see."""
        bid = _bid(request, bid_id)
        serializer = serializers.NewNoteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        note = operations.write_note(
            bid_id=bid.id,
            text=serializer.validated_data["text"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.NoteSerializer(note).data, status=201)


class OneNote(APIView):
    @extend_schema(responses={204: None}, operation_id="bid_note_delete")
    def delete(self, request: Request, note_id: UUID) -> Response:
        """Delete a note of one's own."""
        asker = actor(request._request)
        note = get_object_or_404(queries.notes_readable_by(asker), id=note_id)
        operations.delete_note(note_id=note.id, actor=asker, now=timezone.now())
        return Response(status=204)


class Agreements(APIView):
    @extend_schema(responses=serializers.AgreementSerializer(many=True), operation_id="agreements")
    def get(self, request: Request, task_id: UUID) -> Response:
        """List the recorded results of a task's evaluation, the newest first."""
        task = _task(request, task_id)
        evaluation = queries.evaluation_of(task.id)
        rows = queries.agreements_of([evaluation.id]) if evaluation else []
        return Response(serializers.AgreementSerializer(rows, many=True).data)

    @extend_schema(
        request=serializers.NewAgreementSerializer,
        responses={201: serializers.AgreementSerializer},
        operation_id="agreement_record",
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Record the result that the members agreed on; it cannot be changed."""
        task = _task(request, task_id)
        serializer = serializers.NewAgreementSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        agreement = operations.agree(
            task_id=task.id,
            points={row["bid_id"]: row["points"] for row in serializer.validated_data["bids"]},
            reason=serializer.validated_data["reason"],
            actor=actor(request._request),
            now=timezone.now(),
        )
        return Response(serializers.AgreementSerializer(agreement).data, status=201)
