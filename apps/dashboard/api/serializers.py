from __future__ import annotations

from rest_framework import serializers


class DeadlineSerializer(serializers.Serializer[object]):
    kind = serializers.ChoiceField(
        choices=["delivery", "review", "offer", "bidding", "award", "answer", "decision"], help_text="What ends then."
    )
    subject_id = serializers.UUIDField(help_text="The milestone, contract, task or dispute.")
    says = serializers.CharField(help_text="In the language of the request.")
    subject = serializers.CharField()
    at = serializers.DateTimeField()
    path = serializers.CharField(help_text="The path of its page.")
