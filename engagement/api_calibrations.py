"""The REST door to the filter's cut-offs: those in force, what decisions come to, and putting that in force."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import caller
from engagement.calibration import Proposal, model_in_force, propose, put_in_force, take_back
from engagement.models import Calibration

CHANGE = "engagement.change_calibration"


class CalibrationSerializer(serializers.ModelSerializer[Calibration]):
    """Cut-offs of one model (0 to 1), the decisions they come from, and at most which share of people they accuse."""

    class Meta:
        model = Calibration
        fields = (
            "id",
            "model_version",
            "bot",
            "genuine",
            "decisions",
            "people",
            "share",
            "calibrated_at",
            "calibrated_by",
        )
        read_only_fields = fields


class CutOffsSerializer(serializers.Serializer[Any]):
    """From `bot` on a bot, below `genuine` a person, between them not sure; probabilities, 0 to 1."""

    bot = serializers.FloatField()
    genuine = serializers.FloatField()


class ProposalSerializer(serializers.Serializer[Proposal]):
    """The cut-offs in force (`before`) and as decisions set them (`after`); at most `within` verdicts would change."""

    model_version = serializers.CharField()
    before = CutOffsSerializer()
    after = CutOffsSerializer()
    share = serializers.FloatField()
    decisions = serializers.IntegerField()
    people = serializers.IntegerField()
    within = serializers.IntegerField()


@extend_schema_view(
    list=extend_schema(summary="List the cut-offs that staff's decisions set, by model"),
    retrieve=extend_schema(summary="Read the cut-offs of one model"),
)
class CalibrationViewSet(viewsets.ReadOnlyModelViewSet[Calibration]):
    """Where this installation draws the line. Verdicts that stand follow with `assess_interactions --all`."""

    queryset = Calibration.objects.all()
    serializer_class = CalibrationSerializer
    action_permissions = {"calibrate": CHANGE, "reset": CHANGE}
    lookup_value_regex = "[0-9]{1,19}"

    @extend_schema(summary="Read what decisions come to", responses=ProposalSerializer)
    @action(detail=False)
    def proposal(self, request: Request) -> Response:
        """The cut-offs of the model in force, now and by the decisions on what it scored. Nothing is stored."""
        return Response(ProposalSerializer(propose(model_in_force())).data)

    @extend_schema(summary="Put in force what decisions come to", request=None, responses=CalibrationSerializer)
    @action(detail=False, methods=["post"])
    def calibrate(self, request: Request) -> Response:
        """Set the cut-offs of the model in force, in the caller's name; 409 with too few people found genuine."""
        stored = put_in_force(propose(model_in_force()), by=caller(request), now=timezone.now())
        return Response(self.get_serializer(stored).data)

    @extend_schema(summary="Return to the cut-offs of the training", request=None, responses=ProposalSerializer)
    @action(detail=False, methods=["post"])
    def reset(self, request: Request) -> Response:
        """Give up the cut-offs that decisions set for the model in force, and tell what holds now."""
        model = model_in_force()
        take_back(model)
        return Response(ProposalSerializer(propose(model)).data)
