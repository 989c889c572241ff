"""Judge the visible interactions of posts again and make their numbers anew, or tell what that would change."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.calibration import Filter, filter_in_force, filter_with
from engagement.filtering.model import load_model
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet
from engagement.reassessing import assess_step, steps
from engagement.selection import UnknownSelection, select_posts
from gator.trial import Trial, attempt

INTERRUPTED = 130


class Command(ConsoleCommand):
    help = (
        "Judge the visible interactions of posts again, oldest post first: verdicts, genuine engagement and rates. May "
        "be interrupted: run again, it goes on where it stopped, since posts that the filter in force has judged are "
        "left out unless they are named. With --dry-run tells what would change, of all posts if none are named, also "
        "with another model."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--post", nargs="+", default=[], metavar="ID", help="Gator's id of a post, or the platform's"
        )
        which.add_argument("--persona", default="", metavar="SLUG", help="all posts of a persona")
        which.add_argument("--all", action="store_true", help="all posts")
        parser.add_argument("--again", action="store_true", help="also what the filter in force has judged already")
        parser.add_argument(
            "--dry-run", action="store_true", help="judge a copy, tell what changed, and change nothing"
        )
        parser.add_argument("--model", default="", help="with --dry-run: the version or the file of another model")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["model"] and not options["dry_run"]:
            raise CommandError("--model goes with --dry-run. To switch, set FILTER_MODEL and run this without --model.")
        is_unnamed = not options["post"] and not options["persona"]
        try:
            # To look at everything does no harm.
            everything = options["all"] or (options["dry_run"] and is_unnamed)
            posts = select_posts(options["post"], options["persona"], everything=everything)
            by = filter_with(load_model(options["model"])) if options["model"] else filter_in_force()
        except (UnknownSelection, FileNotFoundError, ValueError) as error:
            raise CommandError(str(error)) from None
        if options["dry_run"]:
            self._try(posts, by)
        elif options["post"] or options["again"]:
            self._assess(posts, by)
        else:
            self._assess(posts.not_judged_by(by.model.version, by.mark), by)

    def _assess(self, posts: SocialMediaPostQuerySet, by: Filter) -> None:
        now, done, items = timezone.now(), 0, []
        waiting = steps(posts)
        total = sum(map(len, waiting))
        try:
            for step in self.progress(waiting, "Assessing"):
                assessed = assess_step(step, now=now, by=by)
                done += len(assessed)
                for post in assessed:
                    self._tell(post)
                items += [_numbers(post) for post in assessed] if self.as_json else []
        except KeyboardInterrupt:
            reason = f"Interrupted after {done} of {total} posts, which are done. Run it again to go on."
            raise CommandError(reason, returncode=INTERRUPTED) from None
        told = {"assessed": done, "model": by.model.version, "items": items}
        nothing = "" if total else " The filter in force has judged everything; --again judges it once more."
        self.finish(told, summary=f"{done} posts were assessed.{nothing}")

    def _tell(self, post: SocialMediaPost) -> None:
        told = f"{post.genuine_count} genuine, {post.bot_count} bot, {post.persona_count} persona"
        self.item(f"{post} [{post.pk}]", told if post.observed_count else "nothing observable")

    def _try(self, posts: SocialMediaPostQuerySet, by: Filter) -> None:
        trial = attempt(posts, by, now=timezone.now(), progress=lambda all_: self.progress(all_, "Trying"))
        for one in trial.accounts:
            moved = f"genuine engagement {one.genuine_before:.1f} -> {one.genuine_after:.1f}"
            self.item(f"{one.platform}, {one.account}", f"{one.moves.total()} of {one.interactions} verdicts", moved)
            for (before, after), number in sorted(one.moves.items()):
                examples = ", ".join(map(str, one.examples[before, after]))
                self.item(f"  {before or 'no verdict'} -> {after}", number, f"interactions {examples}")
        for kind, found in trial.patterns().items():
            for pattern in found:
                self.item(f"pattern would {kind}", f"{pattern['kind']} {pattern['subject']}", pattern["persona"])
        told = {"dry_run": True, "model": by.model.version, "cut_offs": vars(by.cut_offs)} | trial.to_json()
        self.finish(told, summary=_summary(trial, by))


def _summary(trial: Trial, by: Filter) -> str:
    counts = {kind: len(found) for kind, found in trial.patterns().items()}
    seen = sum(one.interactions for one in trial.accounts)
    return (
        f"By {by.model.version}, {trial.moves.total()} of {seen} verdicts on {trial.posts} posts would change; of the "
        f"patterns {counts['appear']} would appear, {counts['vanish']} vanish and {counts['change']} change. "
        "Nothing was changed: this was a dry run on a copy."
    )


def _numbers(post: SocialMediaPost) -> dict[str, Any]:
    seen = ("observed_count", "genuine_count", "bot_count", "persona_count")
    names = (*seen, "total_engagement", "genuine_engagement", "raw_rate", "engagement_rate")
    return {"post": post.pk, "filter_state": post.filter_state} | {name: getattr(post, name) for name in names}
