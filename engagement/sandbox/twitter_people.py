"""People on X: users by id, whoever liked or reposted, and what reading them costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engagement.sandbox import people
from engagement.sandbox import twitter_objects as objects
from engagement.sandbox import twitter_pages as pages
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Refused, Reply
from engagement.sandbox.people import Person
from engagement.sandbox.twitter_pages import Sizes
from engagement.sandbox.world import Post

MAX_IDS, MAX_LIKERS = 100, 100
PEOPLE = Sizes(1, 100, 100)


def me(call: Call) -> Reply:
    """The account itself."""
    return _one(call, people.as_person(call.account))


def single(call: Call) -> Reply:
    """One user."""
    person = statuses.person(call.world, call.ids["id"])
    if person is None or person.suspended:
        return Reply(200, {"errors": [_absent(call.ids["id"], person, "id")]})
    return _one(call, person)


def lookup(call: Call) -> Reply:
    """Users by id; suspended ones are named in `errors`."""
    wanted = objects.asked(call)
    found = {one: statuses.person(call.world, one) for one in pages.id_list(call, MAX_IDS)}
    shown = [person for person in found.values() if person and not person.suspended]
    errors = [_absent(one, person, "ids") for one, person in found.items() if person not in shown]
    charge(call, "users_read", (person.user_id for person in shown))
    parts = {"data": [objects.user(person, wanted) for person in shown], "errors": errors}
    return Reply(200, {name: part for name, part in parts.items() if part})


def liking_users(call: Call) -> Reply:
    """Who liked a post of one's own, never more than 100 people for all time."""
    found = post(call)
    if found.account != call.account:
        raise problems.forbidden("You may only see who liked your own posts.", "not-authorized-for-resource")
    return _listed(call, statuses.likers(call.world, found)[:MAX_LIKERS], "likes_read")


def retweeted_by(call: Call) -> Reply:
    """Who passed a post on without a word."""
    return _listed(call, statuses.reposters(call.world, post(call)), "users_read")


def account(call: Call) -> Account:
    """The account in the path: only ours have timelines."""
    for one in ACCOUNTS:
        if (one.platform, one.user_id) == ("twitter", call.ids["id"]):
            return one
    raise Refused(Reply(200, {"errors": [problems.unknown_user(call.ids["id"], "id")]}))


def post(call: Call) -> Post:
    """The post in the path."""
    found = call.world.post("twitter", call.ids["id"])
    if found is None:
        missing = f"Could not find tweet with id: [{call.ids['id']}]."
        raise Refused(problems.problem(404, "Not Found Error", missing, problems.TYPES + "resource-not-found"))
    return found


def charge(call: Call, item: str, resources: Iterable[str]) -> None:
    call.world.bill.charge(call.account.user_id, call.world.time().date(), item, resources)


def _one(call: Call, person: Person) -> Reply:
    charge(call, "users_read", [person.user_id])
    return Reply(200, {"data": objects.user(person, objects.asked(call))})


def _listed(call: Call, found: Sequence[Person], item: str) -> Reply:
    wanted = objects.asked(call)
    page, meta = pages.sliced(call, found, PEOPLE)
    charge(call, item, (person.user_id for person in page))
    data = {"data": [objects.user(person, wanted) for person in page]} if page else {}
    return Reply(200, {**data, "meta": meta})


def _absent(user_id: str, person: Person | None, parameter: str) -> Json:
    return problems.suspended(user_id, parameter) if person else problems.unknown_user(user_id, parameter)
