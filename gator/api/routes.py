"""Every address under /api/v1/."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from acd.api import ACDContextViewSet, TraceArtifactViewSet
from engagement.api import PostViewSet
from engagement.api_accounts import SocialAccountViewSet
from engagement.api_budgets import BudgetViewSet
from engagement.api_calibrations import CalibrationViewSet
from engagement.api_erasures import ErasureViewSet
from engagement.api_ingestion import InteractionViewSet, MetricsViewSet, SnapshotViewSet
from gator.api.generation import ContentViewSet
from gator.api.tokens import LoginView, LogoutAllView, LogoutView
from gator.studio.api import FeedbackViewSet, PersonaViewSet
from patterns.api import AnalysisViewSet, InsightViewSet, PatternViewSet
from patterns.api_uplift import UpliftView


class NothingHere(APIView):
    """Answers for addresses that do not exist, in the same shape as every other error."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse whatever the method is."""
        raise NotFound(f"Nothing is at {request.path}: /api/docs/ lists the addresses, which end with a slash.")


OF_POST = r"posts/(?P<post_id>[0-9]{1,19})"
router = SimpleRouter()
router.register("personas", PersonaViewSet)
router.register("contents", ContentViewSet)
router.register("feedback", FeedbackViewSet)
router.register("acd-contexts", ACDContextViewSet, basename="acd-context")
router.register("trace-artifacts", TraceArtifactViewSet, basename="trace-artifact")
router.register("accounts", SocialAccountViewSet, basename="account")
router.register("budgets", BudgetViewSet, basename="budget")
router.register("posts", PostViewSet, basename="post")
router.register(f"{OF_POST}/snapshots", SnapshotViewSet, basename="post-snapshot")
router.register(f"{OF_POST}/metrics", MetricsViewSet, basename="post-metric")
router.register(f"{OF_POST}/interactions", InteractionViewSet, basename="post-interaction")
router.register("calibrations", CalibrationViewSet)
router.register("erasures", ErasureViewSet, basename="erasure")
router.register("patterns", PatternViewSet)
router.register("insights", InsightViewSet, basename="insight")

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login/", LoginView.as_view(), name="login"),
    path("auth/logout/", LogoutView.as_view(), name="logout"),
    path("auth/logoutall/", LogoutAllView.as_view(), name="logoutall"),
    path(
        "posts/<int:pk>/analysis/",
        AnalysisViewSet.as_view({"get": "retrieve"}, detail=True),
        name="post-analysis",
    ),
    path("insights/uplift/", UpliftView.as_view({"get": "retrieve"}), name="insight-uplift"),
    *router.urls,
    re_path(r"", NothingHere.as_view()),
]
