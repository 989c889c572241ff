"""Importing in the admin: the preview writes nothing, the import does what the command does, and strangers stay out."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagement.admin.import_form import worded
from engagement.imports import uploads
from engagement.models import SocialMediaPost
from engagement.tests.exports import CONTENT, INSTAGRAM, OTHERS, X
from engagement.tests.importing import import_file
from engagement.tests.snapshots_of_tables import everything
from gator.studio.models import Persona
from gator.studio.tests.factories import make_persona

pytestmark = pytest.mark.django_db

LIST = "admin:engagement_socialmediapost_changelist"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"
    return settings.IMPORT_DIR


@pytest.fixture
def persona():
    return make_persona(slug="mae", name="Mae")


@pytest.fixture
def url():
    return reverse("admin:engagement_socialmediapost_import_posts")


@pytest.fixture
def upload(admin_client, persona, url):
    def run(data, client=admin_client, **given):
        file = SimpleUploadedFile(given.pop("name", "export.csv"), data)
        return client.post(url, {"file": file, "persona": "mae", "timezone": "Europe/Lisbon"} | given, follow=True)

    return run


def token_in(response):
    return re.findall(r'name="token" value="([^"]+)"', response.content.decode())[0]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def kept_files(folder):
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(("name", "data"), CONTENT.items(), ids=CONTENT)
def test_preview_writes_nothing_and_import_equals_the_command(admin_client, upload, url, tmp_path, name, data):
    before = everything()

    preview = upload(data, observed_at="2026-08-01T12:00Z")
    after_preview = everything()
    admin_client.post(url, {"token": token_in(preview)})
    imported = comparable(everything())
    SocialMediaPost.objects.all().delete()
    options = {"persona": "mae", "timezone": "Europe/Lisbon", "observed_at": "2026-08-01T12:00Z"}
    import_file("import_posts", tmp_path / "export.csv", data, **options)

    assert after_preview == before
    assert len(imported["SocialMediaPost"]) > 0
    assert imported == comparable(everything())


def comparable(tables):
    """Rows without what differs between two runs: keys, and the moments at which they were written."""
    changing = re.compile(r"^id$|_id$|_at$")
    kept = {"published_at", "observed_at", "platform_post_id"}
    return {
        table: [
            {name: value for name, value in row.items() if name in kept or not changing.search(name)} for row in rows
        ]
        for table, rows in tables.items()
        if table in {"SocialMediaPost", "MetricSnapshot"}
    }


def test_preview_shows_what_would_happen(upload):
    data = INSTAGRAM + b"17901234567890125,1,x,X,Hi,0,someday,,IG image,,Lifetime,1,1,1,1,1,1,1\n"

    page = upload(data, platform="instagram").content.decode()

    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Created 2 Updated 0 Unchanged 0 Refused 1" in text
    assert "The content export of Meta Business Suite for Instagram, for Mae on Instagram." in text
    assert "&#x27;someday&#x27; is not a date with its year." in text
    assert "Publish time published at" not in text
    assert "Publish time published_at" in text
    assert "Date not read: says Lifetime: the numbers are totals" in text
    assert "2026-07-14 22:30" in text
    assert "12,400" in text


def test_import_logs_and_tells_what_it_did(admin_client, upload, url, persona, folder):
    data = INSTAGRAM + b"17901234567890125,1,x,X,Hi,0,someday,,IG image,,Lifetime,1,1,1,1,1,1,1\n"
    preview = upload(data)

    response = admin_client.post(url, {"token": token_in(preview)})

    told = "Imported export.csv: 2 created, 0 updated, 0 unchanged, 1 refused."
    assert response.url == reverse(LIST)
    assert said(response) == [
        told,
        "Not imported: line 5, published_at: 'someday' is not a date with its year. Write it like 2026-07-14 18:30.",
    ]
    entry = LogEntry.objects.get()
    assert (entry.change_message, entry.object_id) == (told, str(persona.pk))
    assert kept_files(folder) == []


def test_cells_of_strangers_are_escaped(upload, admin_client, url):
    data = (
        f"Post ID,Account ID,Publish time,Description,{SCRIPT}\n1790,1,07/14/2026 10:00,{SCRIPT},1\n1791,,{SCRIPT},,\n"
    )

    preview = upload(data.encode(), name=f"{SCRIPT[:8]}.csv")
    listed = admin_client.post(url, {"token": token_in(preview)}, follow=True)

    assert SCRIPT not in preview.content.decode()
    assert SCRIPT not in listed.content.decode()
    assert "&lt;script&gt;alert(1)" in preview.content.decode()


def test_no_page_of_the_import_has_a_script_of_its_own(admin_client, upload, url, persona):
    plain = admin_client.get(reverse(LIST)).content.decode().count("<script>")

    pages = [admin_client.get(url).content.decode(), upload(INSTAGRAM).content.decode()]

    assert [page.count("<script>") > plain for page in pages] == [False, False]


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        (b"id,when\n1,2\n", {}, "this header: id, when. Say which platform the posts are from with “Platform”"),
        (X, {"platform": "tiktok"}, "“Platform” tiktok, but the header"),
        (X, {"timezone": "Lisbon"}, "is no time zone"),
        (X, {"observed_at": "soon"}, "“Observed at”: &#x27;soon&#x27; is not a date"),
        (X, {"map": "Likes=joy"}, "“Columns” Likes=joy: there is no such field"),
        (X, {"map": "Likes"}, "is not COLUMN=FIELD"),
        (b"\x00\x01", {}, "This is not a text file"),
        ("é\n".encode("cp1252"), {}, "or name its encoding, for example cp1252"),
        (b"", {}, "The submitted file is empty."),
        (X, {"persona": "nobody"}, "Select a valid choice"),
        (X, {"year": "soon"}, "Enter a whole number."),
        *((data, {}, f"This is {title}") for title, data in OTHERS.items()),
    ],
)  # fmt: skip
def test_file_that_cannot_be_imported_says_why_in_the_form(upload, folder, data, given, message):
    page = upload(data, **given).content.decode()

    assert message in page
    assert kept_files(folder) == []


def test_file_that_is_too_large_is_refused(upload, settings):
    settings.IMPORT_MAX_BYTES = 100

    assert "Split it, or use the command import_posts." in upload(X).content.decode()


def test_file_with_too_many_rows_is_refused(upload, settings):
    settings.IMPORT_MAX_ROWS = 1

    assert "The file has 2 rows, and 1 can be imported here." in upload(INSTAGRAM).content.decode()


def test_choices_of_the_form_are_those_of_the_command(admin_client, upload, url):
    data = b"code,day,hearts\n1,05.07.2026,7\n2,01-02,8\n"
    given = {
        "platform": "tiktok",
        "map": "code=post_id\nday=published_at\n\nhearts=likes",
        "date_order": "dmy",
        "year": "2025",
        "account": "99",
        "media_kind": "carousel",
        "timezone": "UTC",
    }

    preview = upload(data, **given)
    admin_client.post(url, {"token": token_in(preview)})

    fields = ("published_at__date", "likes", "media_kind", "account__platform_user_id")
    posts = SocialMediaPost.objects.order_by("platform_post_id").values_list(*fields)
    assert list(posts) == [(date(2026, 7, 5), 7, "carousel", "99"), (date(2025, 2, 1), 8, "carousel", "99")]


# --- Who may, and which file ---


def staff(django_user_model, *permissions):
    user = django_user_model.objects.create_user("newcomer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_import_is_closed_without_the_permission_to_add(django_user_model, upload, url):
    client = staff(django_user_model, "view_socialmediapost", "change_socialmediapost")

    statuses = [client.get(url).status_code, upload(X, client=client).status_code]

    assert statuses == [403, 403]
    assert url not in client.get(reverse(LIST)).content.decode()


def test_import_is_open_with_the_permission_to_add(django_user_model, upload, url):
    client = staff(django_user_model, "view_socialmediapost", "add_socialmediapost")

    preview = upload(X, client=client)
    client.post(url, {"token": token_in(preview)})

    assert url in client.get(reverse(LIST)).content.decode()
    assert SocialMediaPost.objects.count() == 1


def test_import_is_closed_to_strangers(client, url):
    assert reverse("admin:login") in client.get(url).url


def test_upload_of_another_person_cannot_be_imported(django_user_model, upload, url):
    token = token_in(upload(X))
    other = staff(django_user_model, "view_socialmediapost", "add_socialmediapost")

    response = other.post(url, {"token": token})

    assert said(response)[0].startswith("This file was imported already")
    assert SocialMediaPost.objects.count() == 0


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "x" * 43])
def test_other_token_imports_nothing(admin_client, upload, url, token):
    upload(X)

    response = admin_client.post(url, {"token": token})

    assert said(response)[-1].startswith("This file was imported already")
    assert SocialMediaPost.objects.count() == 0


def test_import_twice_is_one_import(admin_client, upload, url):
    token = token_in(upload(X))

    first, second = admin_client.post(url, {"token": token}), admin_client.post(url, {"token": token})

    assert (first.url, second.url) == (reverse(LIST), url)
    assert LogEntry.objects.count() == 1


def test_second_upload_takes_the_place_of_the_first(admin_client, upload, url, folder):
    first = token_in(upload(X))
    second = token_in(upload(INSTAGRAM))

    refused = admin_client.post(url, {"token": first})
    admin_client.post(url, {"token": second})

    assert refused.url == url
    assert set(SocialMediaPost.objects.values_list("platform", flat=True)) == {"instagram"}
    assert kept_files(folder) == []


def test_preview_without_an_upload_asks_for_one(admin_client, url):
    response = admin_client.get(url, {"preview": 1})

    assert response.url == url


def test_persona_that_is_gone_before_the_import_is_told(admin_client, upload, url):
    token = token_in(upload(X))
    Persona.objects.all().delete()

    response = admin_client.post(url, {"token": token})

    assert said(response)[-1].startswith("There is no persona 'mae'.")


def test_numbers_are_of_the_moment_of_the_upload(admin_client, upload, url):
    before = datetime.now(UTC)
    token = token_in(upload(X))
    uploaded = datetime.now(UTC)

    admin_client.post(url, {"token": token})

    assert before <= SocialMediaPost.objects.get().snapshots.get().observed_at <= uploaded


def test_preview_costs_the_same_for_any_number_of_rows(upload, admin_client, url):
    def queries(rows):
        lines = "".join(f"1790{n},1,07/14/2026 10:00,5\n" for n in range(rows))
        upload(f"Post ID,Account ID,Publish time,Likes\n{lines}".encode())
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(url, {"preview": 1}).status_code == 200
        return len(captured)

    assert queries(30) == queries(1)


# --- The file in between ---


def test_upload_is_private_and_comes_back_once(folder):
    token = uploads.keep(b"abc", datetime.now(UTC))
    path = Path(folder / token)

    found = uploads.kept(token, datetime.now(UTC))

    assert (found, path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (b"abc", 0o600, 0o700)
    assert (uploads.drop(token), uploads.drop(token), uploads.kept(token, datetime.now(UTC))) == (True, False, None)


def test_upload_that_is_too_old_is_gone_and_swept_by_the_next(folder):
    now = datetime.now(UTC)
    old = uploads.keep(b"abc", now)
    later = now + timedelta(minutes=61)

    found = uploads.kept(old, later)
    uploads.keep(b"new", later)

    assert found is None
    assert not (folder / old).exists()


def test_sweep_leaves_what_is_no_upload(folder):
    folder.mkdir()
    other = folder / "notes.txt"
    other.write_text("x")

    uploads.sweep(datetime.now(UTC) + timedelta(days=9))

    assert other.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Say with --date-order.", "Say with “Date order”."),
        ("--map 'a=b'", "“Columns” 'a=b'"),
        ("--timezone", "“Time zone”"),
        ("no option", "no option"),
    ],
)
def test_message_of_the_command_in_the_words_of_the_form(text, expected):
    assert worded(text) == expected
