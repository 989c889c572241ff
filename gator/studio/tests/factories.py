"""Rows of personas and content for tests, without surprises."""

from typing import Any

from acd.tests.factories import NOW
from gator.studio.enums import ContentStatus, MediaKind
from gator.studio.models import Content, Persona


def make_persona(**changes: Any) -> Persona:
    """An active persona in Lisbon; the slug follows the number of personas."""
    number = Persona.objects.count() + 1
    defaults = {
        "name": f"Persona {number}",
        "slug": f"persona-{number}",
        "timezone": "Europe/Lisbon",
        "themes": ["travel"],
    }
    return Persona.objects.create(**defaults | changes)


def make_content(**changes: Any) -> Content:
    """A ready text for a new persona, unless one is given."""
    defaults = {
        "media_kind": MediaKind.TEXT,
        "status": ContentStatus.READY,
        "caption": "Good morning",
        "created_at": NOW,
    }
    return Content.objects.create(**defaults | {"persona": changes.get("persona") or make_persona()} | changes)
