from __future__ import annotations

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.skills import queries
from apps.skills.api.serializers import CategorySerializer, SkillQuerySerializer, SkillSerializer


class Skills(APIView):
    permission_classes = [AllowAny]

    @extend_schema(parameters=[SkillQuerySerializer], responses=SkillSerializer(many=True), operation_id="skills_find")
    def get(self, request: Request) -> Response:
        """Find skills by a label in any language; exact names first."""
        serializer = SkillQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        skills = queries.find_skills(
            serializer.validated_data["q"],
            get_language() or "en",
            serializer.validated_data["limit"],
        )
        return Response(SkillSerializer(skills, many=True).data)


class Categories(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=CategorySerializer(many=True), operation_id="categories_list")
    def get(self, request: Request) -> Response:
        """List categories of work with their suggestions for a brief, in the language of the request."""
        return Response(CategorySerializer(queries.categories(), many=True).data)
