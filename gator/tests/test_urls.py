"""Addresses outside the admin and the API."""

import pytest


@pytest.fixture
def picture(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "hill.jpg").write_bytes(b"a hill")


@pytest.mark.usefixtures("picture")
def test_upload_is_served_by_a_development_installation(client, settings):
    settings.DEBUG = True

    response = client.get("/media/hill.jpg")

    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"a hill")


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    ("debug", "path"), [(False, "hill.jpg"), (True, "valley.jpg"), (True, ".")], ids=["production", "unknown", "folder"]
)
def test_upload_that_may_not_be_served_is_not_found(client, settings, debug, path):
    settings.DEBUG = debug

    assert client.get(f"/media/{path}").status_code == 404
