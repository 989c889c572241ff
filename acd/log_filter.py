"""Keeps secrets out of what other people's libraries log, such as addresses with a token in the query string."""

import logging

from acd.redaction import redacted


class RedactingFilter(logging.Filter):
    """Lets every record pass, without the secrets in its message and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True
