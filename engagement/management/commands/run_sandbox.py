"""Serve the four platforms in miniature on this machine."""

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.sandbox.server import run_forever
from engagement.sandbox.world import World


class Command(ConsoleCommand):
    help = (
        "Serve the sandbox on loopback: four platforms in miniature with audiences, bots and faults on request. "
        "Prints the lines that point Gator to it. Ctrl-C ends it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--port", type=int, default=8900, help="0 takes a free one (default: 8900)")
        parser.add_argument("--seed", type=int, default=7, help="equal seeds give equal days (default: 7)")
        parser.add_argument("--ledger", type=Path, metavar="FILE", help="remember posts in this file over a restart")
        parser.add_argument("--token-life", action="store_true", help="let tokens end as the platforms document it")
        parser.add_argument("--start", metavar="ISO", help="let the clock stand at this moment until it is moved")

    def handle(self, *args: Any, **options: Any) -> None:
        start, port, life = _moment(options["start"]), options["port"], options["token_life"]
        if not 0 <= port <= 65535:
            raise CommandError(f"--port {port} is no port. Give a number from 0 to 65535.")
        # A process runner ends it with SIGTERM, which like Ctrl-C must leave no address behind. Behind a script's `&`
        # SIGINT is ignored unless it is asked for.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.default_int_handler)
        try:
            run_forever(World(options["seed"], start, options["ledger"], life), port, self._ready)
        except KeyboardInterrupt:
            self.say("The sandbox has ended.")
        except OSError as error:
            raise CommandError(f"The sandbox cannot start: {error}. Try another --port or --ledger.") from None
        finally:
            settings.SANDBOX_ADDRESS_FILE.unlink(missing_ok=True)

    def _ready(self, address: str) -> None:
        # The settings of a development installation look here.
        settings.SANDBOX_ADDRESS_FILE.write_text(address)
        lines = {f"{name.upper()}_API_URL": f"{address}/{name}" for name in Platform.values}
        self.say(
            f"The sandbox answers at {address}. Open it in a browser to see what it can do. "
            "Development installations talk to it now, others by these lines:"
        )
        for name, url in lines.items():
            self.say(f"{name}={url}")
        if self.as_json:
            self.finish({"address": address} | lines)
        self.stdout.flush()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--start {text!r} is no moment. Write it like 2026-10-01T08:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
