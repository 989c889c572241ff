"""An account of ours on X before a server of prepared answers."""

from datetime import timedelta

from django.utils import timezone

from engagement.platforms.twitter import TwitterAdapter
from engagement.platforms.twitter_objects import EPOCH_MS
from engagement.tests.replies import Answer
from engagement.values import App, Credentials

ME = Credentials(
    platform_user_id="1784",
    handle="me",
    access_token="token-of-a-test",
    refresh_token="refresh-token-of-a-test",
    app=App(id="client", secret="secret-of-a-test"),
)
TYPES = "https://api.x.com/2/problems/"
NOTHING = Answer({"meta": {"result_count": 0}})


def twitter(asked, credentials=ME):
    return TwitterAdapter(credentials, asked.address)


def id_of_age(**age):
    """The id of a post that was made so long ago."""
    moment = timezone.now() - timedelta(**age)
    return str((int(moment.timestamp() * 1000) - EPOCH_MS) << 22)
