"""How pages write moments: UTC on a 24-hour clock, so that they sort and nobody guesses what 2/3 means."""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i"
TIME_FORMAT = "H:i"
