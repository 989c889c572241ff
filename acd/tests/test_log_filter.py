"""What other people's libraries log keeps its words and loses its secrets."""

import logging

import pytest

from acd.log_filter import RedactingFilter

ADDRESS = "/refresh_access_token?grant_type=ig_refresh_token&access_token=very-secret"


def logged(*args: object, **record: object) -> str:
    one = logging.makeLogRecord({"msg": args[0], "args": args[1:], **record})
    assert RedactingFilter().filter(one)
    return logging.Formatter().format(one)


def test_token_in_an_address_is_removed_from_the_message():
    told = logged('%s "%s %s HTTP/1.1" %s', "https://graph.instagram.com", "GET", ADDRESS, 200)

    assert told == (
        'https://graph.instagram.com "GET /refresh_access_token?grant_type=ig_refresh_token&access_token=[removed] '
        'HTTP/1.1" 200'
    )


def test_token_is_removed_from_the_traceback():
    try:
        raise ValueError(ADDRESS)
    except ValueError as error:
        told = logged("Failed", exc_info=(type(error), error, error.__traceback__))

    assert "ValueError" in told
    assert "very-secret" not in told


@pytest.mark.parametrize("logger", ["urllib3.connectionpool", "engagement.sandbox.server"])
def test_logger_that_tells_addresses_has_the_filter(logger):
    assert {type(one) for one in logging.getLogger(logger).filters} == {RedactingFilter}
