"""Every address of the web application."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from gator.api.routes import NothingHere

handler400 = "gator.api.errors.bad_request"
handler500 = "gator.api.errors.server_error"


def alive(request: HttpRequest) -> HttpResponse:
    """Answer while the process serves; it asks nothing of the database, so it stays true when that is away."""
    return HttpResponse("ok", content_type="text/plain")


def upload(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show a picture where no web server stands in front of Django."""
    if not settings.DEBUG:
        raise Http404
    return serve(request, name, document_root=settings.MEDIA_ROOT)


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("livez", alive, name="livez"),
    path("media/<path:name>", upload),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    # The split view keeps its script out of the page, as a strict content security policy demands.
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("api/v1/", include("gator.api.routes")),
    re_path("^api/", NothingHere.as_view()),
    path("webhooks/", include("engagement.urls")),
]
