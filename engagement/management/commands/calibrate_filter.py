"""Set the filter's cut-offs by what staff of this installation decided."""

from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.calibration import Proposal, model_in_force, propose, put_in_force, take_back
from engagement.filtering.cutoffs import LEAST_DECISIONS


class Command(ConsoleCommand):
    help = (
        "Set the cut-offs of the model in force by staff's decisions on what it scored, and store them. Verdicts that "
        "stand follow with assess_interactions --all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", default="", metavar="USERNAME", help="who decides this; stored with it")
        parser.add_argument("--dry-run", action="store_true", help="tell the cut-offs, and change nothing")
        parser.add_argument("--reset", action="store_true", help="return to the cut-offs of the training")

    def handle(self, *args: Any, **options: Any) -> None:
        model = model_in_force()
        if options["reset"]:
            if options["dry_run"]:
                raise CommandError("Give either --reset or --dry-run.")
            was_there = take_back(model)
            again = "again" if was_there else "already"
            reset = {"model_version": model.version, "reset": was_there}
            self.finish(reset, summary=f"The cut-offs are the training's {again}.")
            return
        by = self._user(options["by"])
        proposal = propose(model)
        is_stored = proposal.people >= LEAST_DECISIONS and not options["dry_run"]
        if is_stored:
            put_in_force(proposal, by=by, now=timezone.now())
        self._tell(proposal)
        told = asdict(proposal) | {"stored": is_stored, "least": LEAST_DECISIONS}
        self.finish(told, summary=_summary(proposal, is_stored=is_stored))

    def _user(self, name: str) -> User | None:
        user = User.objects.filter(username=name).first()
        if name and user is None:
            raise CommandError(f"--by: there is no user {name[:80]!r}.")
        return user

    def _tell(self, proposal: Proposal) -> None:
        for name in ("bot", "genuine"):
            before, after = getattr(proposal.before, name), getattr(proposal.after, name)
            self.item(f"cut-off {name}", f"{before:.4f} -> {after:.4f}")


def _summary(proposal: Proposal, *, is_stored: bool) -> str:
    seen = f"{proposal.decisions} decisions on scores of {proposal.model_version}, {proposal.people} of them genuine"
    if proposal.people < LEAST_DECISIONS:
        return f"{seen}: below {LEAST_DECISIONS} genuine ones the cut-offs of the training stand. Nothing was stored."
    ends = "Stored; run assess_interactions --all." if is_stored else "Nothing was changed: this was a dry run."
    return f"{seen}: at most {proposal.within} verdicts that stand would change. {ends}"
