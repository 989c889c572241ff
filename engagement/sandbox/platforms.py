"""The platforms of the sandbox in one table; a new platform is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable

from engagement.sandbox import facebook, instagram, tiktok, twitter
from engagement.sandbox.gate import Platform
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import World

_MODULES = (instagram, facebook, twitter, tiktok)
PLATFORMS: dict[str, Platform] = {module.PLATFORM.name: module.PLATFORM for module in _MODULES}
ANSWERS: dict[str, Callable[[World, Request], Reply]] = {module.PLATFORM.name: module.answer for module in _MODULES}
