"""The REST door to erasing people: a program that takes opt-outs posts them here; receipts are for whoever audits."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import StrictFields
from engagement.enums import Platform
from engagement.erasure import Erasure, NotErasable, erase_author, erase_person
from engagement.models import ErasureReceipt, Interaction

WHO = "Give the platform and the author_id, or the id of an interaction of the person, and not both."


class ErasureSerializer(StrictFields, serializers.Serializer[Any]):
    """Whom to forget: by the platform's id of the person, or by one of their interactions. Neither is stored."""

    platform = serializers.ChoiceField(choices=Platform.choices, required=False)
    author_id = serializers.CharField(required=False, max_length=500)
    interaction = serializers.PrimaryKeyRelatedField(queryset=Interaction.objects.only("author_key"), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way of naming the person, and only one."""
        if set(attrs) not in ({"platform", "author_id"}, {"interaction"}):
            raise serializers.ValidationError(WHO)
        return attrs


class ReceiptSerializer(serializers.ModelSerializer[ErasureReceipt]):
    """That somebody was forgotten, when, and how much went. Null: grades and patterns are made anew within minutes."""

    class Meta:
        model = ErasureReceipt
        fields = (
            "id",
            "erased_at",
            "interactions",
            "events",
            "payloads",
            "log_entries",
            "posts",
            "remeasured",
            "numbers_moved",
            "relearned_at",
            "posts_graded",
            "patterns_changed",
        )
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="List the receipts of erasures"),
    retrieve=extend_schema(summary="Show the receipt of an erasure"),
)
class ErasureViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ErasureReceipt]):
    """Forgetting people, and the receipts of it."""

    queryset = ErasureReceipt.objects.all()
    serializer_class = ReceiptSerializer
    action_permissions = {"create": "engagement.erase_author"}

    @extend_schema(
        summary="Erase a person for good",
        request=ErasureSerializer,
        responses={200: None, 201: ReceiptSerializer},
    )
    def create(self, request: Request) -> Response:
        """Delete all a person did and store nothing of theirs again: 201 with the receipt, 200 if nothing was left."""
        given = ErasureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            erasure = _erased(given.validated_data)
        except NotErasable as reason:
            raise serializers.ValidationError({"author_id": str(reason)}) from None
        if erasure.receipt is None:
            return Response(status=200)
        return Response(self.get_serializer(ErasureReceipt.objects.get(pk=erasure.receipt)).data, status=201)


def _erased(given: dict[str, Any]) -> Erasure:
    now = timezone.now()
    if seen := given.get("interaction"):
        if not seen.author_key:
            raise serializers.ValidationError({"interaction": "Nobody knows who this was: the platform did not tell."})
        return erase_author(seen.author_key, now=now)
    return erase_person(given["platform"], given["author_id"], now=now)
