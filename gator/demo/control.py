"""The sandbox's remote control: its accounts, its clock, its faults and its truth. No platform has such a thing."""

from datetime import datetime
from typing import Any

import requests


class SandboxControl:
    """Speaks to the `/sandbox/…` addresses of a running sandbox."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def accounts(self) -> list[dict[str, Any]]:
        """Every account of the sandbox, with tokens."""
        return list(self._call("GET", "accounts"))

    def move_clock(self, now: datetime) -> None:
        """Move the sandbox's time forward."""
        self._call("POST", "clock", {"now": now.isoformat()})

    def fault(self, kind: str, **where: str) -> None:
        """Make something go wrong from now on."""
        self._call("POST", "faults", {"kind": kind, **where})

    def truth(self) -> dict[str, Any]:
        """What only the sandbox knows: who is a bot, what audiences like."""
        return dict(self._call("GET", "truth"))

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        reply = self._session.request(method, f"{self.address}/sandbox/{path}", json=body, timeout=30)
        reply.raise_for_status()
        return reply.json()
