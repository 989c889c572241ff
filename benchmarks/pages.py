"""How lists stay fast when the table grows: the admin's and the API's first page, and a page deep inside.

`python benchmarks/pages.py 10000 300000` names the sizes of the table, in posts.
"""

from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlencode

from _common import Law, empty, empty_database, judge, settle, sizes, step, timed
from _data import fill
from django.contrib.auth.models import User
from django.test import Client

from engagement.models import SocialMediaPost
from gator.studio.models import Persona

GROWN, DEEPER = 3.0, 1.5
DEEP = ", deep"
API = "/api/v1/posts/"
ADMIN = "/admin/engagement/socialmediapost/"


def addresses(persona: Persona) -> dict[str, str]:
    """The pages to fetch. The deep ones start in the middle of the table."""
    ids = SocialMediaPost.objects.order_by("pk")
    middle = ids[ids.count() // 2].pk
    cursor = b64encode(urlencode({"p": middle}).encode()).decode()
    return {
        "admin posts": ADMIN,
        "admin posts of a persona": f"{ADMIN}?{urlencode({'persona__id__exact': persona.pk})}",
        "admin contexts": "/admin/acd/acdcontext/",
        "API posts": API,
        f"API posts{DEEP}": f"{API}?{urlencode({'cursor': cursor})}",
        "API posts of a persona": f"{API}?{urlencode({'persona': persona.slug})}",
        f"API posts of a persona{DEEP}": f"{API}?{urlencode({'persona': persona.slug, 'cursor': cursor})}",
        "API contexts": "/api/v1/acd-contexts/",
    }


def page(client: Client, address: str) -> Callable[[], None]:
    """Fetch one page."""

    def fetch() -> None:
        reply = client.get(address)
        assert reply.status_code == 200, f"{address} answered {reply.status_code}"

    return fetch


def measure(size: int) -> dict[str, float]:
    """The seconds of each page with `size` posts in the table."""
    with step(f"fill with {size:,} posts"):
        persona = fill(size)
        settle()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_superuser("reader"))
    taken = {name: timed(page(client, address)) for name, address in addresses(persona).items()}
    empty()
    return taken


def main() -> None:
    """Fetch every page at every size; compare the largest with the smallest, and deep pages with first ones."""
    with empty_database():
        taken = {size: measure(size) for size in sizes(10_000, 300_000)}
    smallest, *_, largest = taken
    print("ms at " + ", ".join(f"{size:,}" for size in taken))
    for name in taken[smallest]:
        print("  " + "".join(f"{1000 * taken[size][name]:9.1f}" for size in taken) + f"  {name}")
    first, last = taken[smallest], taken[largest]
    grown = [Law(f"{name}: grown", last[name] / first[name], GROWN) for name in first]
    deep = [
        Law(f"{name} against first", last[name] / last[name.removesuffix(DEEP)], DEEPER)
        for name in last
        if DEEP in name
    ]
    judge(grown + deep)


if __name__ == "__main__":
    main()
