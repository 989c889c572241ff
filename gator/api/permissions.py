"""Who may do what through the API: Django's model permissions, the same that rule the admin."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# What a method needs where the view does not name a permission for its action.
VERBS = {
    "GET": "view",
    "HEAD": "view",
    "POST": "add",
    "PUT": "change",
    "PATCH": "change",
    "DELETE": "delete",
}
# Methods that no action answers, OPTIONS among them.
UNANSWERED = (None, "metadata")


def required_permission(view: Any, method: str) -> str:
    """The permission a request needs: named by the view for its action, or derived from its model and the method."""
    named: dict[str, str] = getattr(view, "action_permissions", {})
    if view.action in named:
        return named[view.action]
    meta = view.queryset.model._meta
    return f"{meta.app_label}.{VERBS[method]}_{meta.model_name}"


class ModelPermissions(BasePermission):
    """Lets in a caller who is known and holds the permission; the refusal names it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request may go on; a method without an action goes on to its 405."""
        if not request.user.is_authenticated:
            return False
        if view.action in UNANSWERED:
            return True
        needed = required_permission(view, str(request.method))
        if not request.user.has_perm(needed):
            raise PermissionDenied(
                f"This needs the permission {needed}: ask an administrator to give it to you or your group."
            )
        return True
