"""Logging in with a user name and a password, and out again. A token is shown once and stored as a digest only."""

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from knox import views as knox
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from acd.rest import StrictFields


class LoginSerializer(StrictFields, serializers.Serializer[Any]):
    """Who logs in."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class TokenSerializer(serializers.Serializer[Any]):
    """The new token. Keep it: it is shown only now."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField(allow_null=True)


class LoginThrottle(AnonRateThrottle):
    """Bounds how many passwords one address may try."""

    scope = "login"


class LoginView(knox.LoginView):
    """Exchanges a user name and a password for a token."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (LoginThrottle,)

    @extend_schema(summary="Log in", request=LoginSerializer, responses=TokenSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Give a token. A wrong name, a wrong password and a closed account get the same answer."""
        given = LoginSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request=request._request, **given.validated_data)
        if user is None:
            raise AuthenticationFailed("No active user has this name and password.", code="wrong_password")
        request.user = user
        answer: Response = super().post(request)
        return answer

    def get_authenticate_header(self, request: Request) -> str:
        """Without a scheme to name, the framework would turn the 401 into a 403."""
        return "Token"


class LogoutView(knox.LogoutView):
    """Ends the token of this request."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Log out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End this token."""
        answer: Response = super().post(request)
        return answer


class LogoutAllView(knox.LogoutAllView):
    """Ends every token of the caller."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Log out everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End all of the caller's tokens."""
        answer: Response = super().post(request)
        return answer
