import io
import json
import os
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from acd.tests.factories import NOW
from engagement.enums import AccountState, PostStatus
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account, make_interaction, make_post


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("choose", ["id", "platform id", "persona", "all"])
def test_assess_interactions_of_the_chosen_posts(choose):
    post = make_post()
    make_interaction(post)
    arguments = {
        "id": ("--post", str(post.pk)),
        "platform id": ("--post", post.platform_post_id),
        "persona": ("--persona", post.persona.slug),
        "all": ("--all",),
    }

    out = run("assess_interactions", *arguments[choose], "--json")

    result = json.loads(out)
    assert (result["assessed"], result["items"][0]["observed_count"]) == (1, 1)
    assert SocialMediaPost.objects.get().filter_state == "filtered"


@pytest.mark.django_db
def test_assess_interactions_tells_a_line_for_each_post():
    post = make_post(caption="Sea")
    make_interaction(post)

    out = run("assess_interactions", "--all")

    assert out == f"Instagram: Sea [{post.pk}]: 1 genuine, 0 bot, 0 persona\n1 posts were assessed.\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("assess_interactions",),
        ("assess_interactions", "--post", "404"),
        ("assess_interactions", "--post", "9" * 30),
        ("assess_interactions", "--persona", "nobody"),
        ("assess_interactions", "--all", "--persona", "nobody"),
        ("sync_metrics",),
        ("sync_metrics", "404"),
        ("sync_metrics", "1", "--all"),
        ("sync_metrics", "1", "--due"),
        ("sync_metrics", "--persona", "nobody"),
        ("run_sandbox", "--port", "70000"),
        ("run_sandbox", "--start", "soon"),
    ],
    ids=" ".join,
)
def test_commands_refuse_what_names_nothing(arguments):
    with pytest.raises(CommandError):
        run(*arguments)


@pytest.mark.django_db
def test_sync_metrics_tells_what_was_skipped_and_why():
    post = make_post(account=make_account(state=AccountState.PAUSED))

    out = run("sync_metrics", str(post.pk), "--json")

    result = json.loads(out)
    assert result["counts"] == {"skipped": 1}
    assert "is paused: connect it again or set it active." in result["items"][0]["reason"]


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [("sync_metrics", "--due"), ("sync_metrics", "--all")], ids=" ".join)
def test_sync_metrics_of_nothing_says_so(arguments):
    out = run(*arguments)

    assert out == "No post was to be synced.\n"


@pytest.mark.django_db
def test_sync_metrics_exits_with_one_when_a_post_failed(settings):
    # Nobody listens there.
    settings.PLATFORM_API_URLS = {"instagram": "http://127.0.0.1:9"}
    settings.HTTP_TOTAL_SECONDS = 0.1
    make_post()

    with pytest.raises(CommandError, match="Some items failed") as caught:
        run("sync_metrics", "--all")

    assert caught.value.returncode == 1


@pytest.mark.django_db
def test_publish_due_without_posts_says_so():
    make_post(status=PostStatus.PUBLISHED, scheduled_at=NOW)

    out = run("publish_due")

    assert out == "No post is due.\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_run_sandbox_answers_and_is_found_by_other_commands_until_it_ends(tmp_path, ending):
    command = [sys.executable, "manage.py", "run_sandbox", "--port", "0", "--ledger", str(tmp_path / "ledger.jsonl")]
    environment = os.environ | {"DATABASE_URL": "sqlite://:memory:", "DATA_DIR": str(tmp_path)}
    beside = [sys.executable, "-c", "from gator import settings; print(settings.PLATFORM_API_URLS['tiktok'])"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(5)]
        address = lines[0].split()[4].rstrip(".")
        with urlopen(f"{address}/sandbox/accounts") as reply:  # noqa: S310 - loopback
            status = reply.status
        found = subprocess.check_output(beside, cwd=settings.BASE_DIR, env=environment, text=True)  # noqa: S603
        process.send_signal(ending)
        rest = process.stdout.read()

    assert lines[1:] == [
        f"{name.upper()}_API_URL={address}/{name}" for name in ("instagram", "facebook", "twitter", "tiktok")
    ]
    assert (status, rest, process.returncode) == (200, "The sandbox has ended.\n", 0)
    assert found == f"{address}/tiktok\n"
    assert not (tmp_path / "sandbox-address").exists()
