"""How numbers and moments are written: unknown is a dash, never a zero."""

from datetime import timedelta

import pytest

from acd.figures import ago, decimals, duration, effect, interval, number, percent, q_value, share, short
from acd.tests.factories import NOW


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(number(None), "—", id="unknown number"),
        pytest.param(number(0), "0", id="zero is a number"),
        pytest.param(number(1170), "1,170", id="thousands"),
        pytest.param(percent(None), "—", id="unknown percentage"),
        pytest.param(percent(64.2, 0, signed=True), "+64 %", id="gain"),
        pytest.param(percent(-50.0, 0, signed=True), "-50 %", id="loss"),
        pytest.param(percent(-0.3, 0, signed=True), "0 %", id="zero has no sign"),
        pytest.param(share(3, 0), "—", id="share of nothing"),
        pytest.param(share(None, 10), "—", id="share of the unknown"),
        pytest.param(share(3, 10), "30 %", id="share"),
        pytest.param(interval(1170, 1040, 1260), "1,170 (1,040–1,260)", id="interval"),
        pytest.param(interval(5.5, None, None, digits=1, unit="%"), "5.5 %", id="no interval"),
        pytest.param(interval(6.0, 5.0, 7.0, digits=1, unit="%"), "6.0 % (5.0–7.0)", id="rate"),
        pytest.param(interval(None, None, None), "—", id="unknown with interval"),
        pytest.param(interval(145, 0, 290, whole=290), "0–290", id="anything of a whole"),
        pytest.param(interval(50, 0, 100, unit="%", whole=100), "0–100 %", id="any share"),
        pytest.param(interval(145, 1, 290, whole=290), "145 (1–290)", id="nearly anything of a whole"),
        pytest.param(interval(0, 0, 0, whole=0), "0 (0–0)", id="a part of nothing"),
        pytest.param(effect(35.4, 12.0, 60.0), "+35 % (+12 to +60)", id="effect"),
        pytest.param(effect(-20.0, -31.0, 2.0), "-20 % (-31 to +2)", id="loss with interval"),
        pytest.param(effect(35.4, None, None), "+35 %", id="effect without an interval"),
        pytest.param(effect(None, None, None), "—", id="unknown effect"),
        pytest.param(q_value(0.0), "< 0.001", id="q is never zero"),
        pytest.param(q_value(0.0124), "0.012", id="q"),
        pytest.param(q_value(None), "—", id="unknown q"),
        pytest.param(duration(None), "—", id="unknown duration"),
        pytest.param(duration(timedelta(seconds=9.25)), "9.2 s", id="seconds"),
        pytest.param(duration(timedelta(minutes=3)), "3 min", id="minutes"),
        pytest.param(decimals("3.2247228"), "3.22", id="digits cut"),
        pytest.param(decimals("—"), "—", id="a dash stays"),
        pytest.param(short("two\nlines"), "two lines", id="one line"),
        pytest.param(short("x" * 70, 10), "xxxxxxxxx…", id="shortened"),
    ],
)
def test_figure_is_written(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(None, "—", id="unknown"),
        pytest.param(NOW - timedelta(minutes=5), "5 min ago", id="minutes"),
        pytest.param(NOW - timedelta(hours=30), "30 h ago", id="hours"),
        pytest.param(NOW - timedelta(days=3), "3 d ago", id="days"),
        pytest.param(NOW + timedelta(days=4), "in 4 d", id="future"),
        pytest.param(NOW, "0 min ago", id="now"),
    ],
)
def test_moment_is_told_as_its_age(moment, expected):
    assert ago(moment, NOW) == expected
