"""The command that measures the filter: on a small file, on bad files, and on real comments where at hand."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from engagement.filtering.scoring import Score

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

ROWS = """id,comment,spam,who,at
1,Lovely light in this picture,0,a,2026-03-01T12:00:00
2,write me on whatsapp +1 555 01234,1,b,2026-03-01T12:00:05
3,"check my profile, friends",1,c,
4,🔥🔥🔥,0,,2026-03-01T12:00:10Z
5,Write me on WhatsApp +1 555 01234!,1,d,2026-03-01T12:01:00
"""


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def run(path, **options):
    out = StringIO()
    call_command("evaluate_filter", str(path), **({"text": "comment", "label": "spam"} | options), stdout=out)
    return out.getvalue()


def test_evaluate_filter_reports_json(labelled):
    report = json.loads(run(labelled, author="who", time="at", as_json=True, prevalence=[0.05]))

    assert {name: report["all"][name] for name in ("found", "blamed", "missed", "cleared")} == {
        "found": 2, "blamed": 0, "missed": 1, "cleared": 2
    }  # fmt: skip
    assert report["distinct_texts"]["found"] == 2
    assert report["all"]["precision"]["value"] == 1.0
    assert report["all"]["precision_at_prevalence"] == {"0.05": 1.0}


def test_evaluate_filter_prints_lines_for_people(labelled):
    lines = run(labelled).splitlines()

    assert lines[1:3] == ["All comments:", "  bots: 2 found, 1 missed; genuine: 2 left alone, 0 blamed"]
    assert lines[4] == "  recall 66.7% (95 % interval 20.8% to 93.9%)"


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        pytest.param(ROWS, {"text": "body"}, "no column 'body'. Its columns: id, comment, spam, who, at", id="column"),
        pytest.param(ROWS, {"bot_value": "yes"}, "No row has 'yes' in 'spam'. Values there: '0', '1'", id="value"),
        pytest.param(ROWS, {"time": "comment"}, "Line 2: 'Lovely light in this picture' is not a time", id="time"),
        pytest.param("", {}, "The file has no header", id="empty"),
        pytest.param("comment,spam\n", {}, "No row has '1' in 'spam'. Values there: none", id="header alone"),
        pytest.param(b"\x89PNG\x00\x00", {}, "This is not a text file", id="not text"),
        pytest.param(b"comment,spam\n\xff\xfa,1", {}, "Line 2, byte 14 of the file", id="not UTF-8"),
    ],
)
def test_evaluate_filter_names_what_is_wrong(tmp_path, content, options, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(CommandError) as refused:
        run(path, **options)

    assert message in str(refused.value)


def test_evaluate_filter_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="there is no such file"):
        run(tmp_path / "none.csv")


@pytest.mark.parametrize("share", ["0", "1", "5%"])
def test_evaluate_filter_refuses_an_impossible_prevalence(labelled, share):
    with pytest.raises(CommandError, match="give a number between 0 and 1"):
        call_command("evaluate_filter", str(labelled), "--text=comment", "--label=spam", f"--prevalence={share}")


def test_score_gives_precision_where_bots_are_rarer():
    score = Score(found=90, blamed=10, missed=10, cleared=90)

    assert (score.precision, score.recall, score.false_alarm_ratio) == (0.9, 0.9, 0.1)
    assert score.precision_at(0.5) == pytest.approx(0.9)
    assert score.precision_at(0.05) == pytest.approx(0.045 / 0.14)


def test_score_of_nothing_is_unknown():
    score = Score.of([])

    assert (score.precision, score.recall, score.precision_at(0.1)) == (None, None, None)


@pytest.mark.parametrize(
    ("file", "options", "recall_least"),
    [
        ("youtube-spam/Psy.csv", {"text": "content", "author": "author_hash", "time": "date"}, 0.05),
        ("youtube-spam/KatyPerry.csv", {"text": "content", "author": "author_hash", "time": "date"}, 0.07),
        ("youtube-spam/LMFAO.csv", {"text": "content", "author": "author_hash", "time": "date"}, 0.40),
        ("scamspot-instagram-comments/train.csv", {"text": "msg", "label": "scam"}, 0.33),
    ],
)
def test_filter_on_real_comments_blames_few(file, options, recall_least):
    if not (DATA / file).exists():
        pytest.skip(f"The labelled comments {file} are not beside this checkout, in ../shared/data.")

    report = json.loads(run(DATA / file, **options, as_json=True))["all"]

    assert report["false_alarm_ratio"]["value"] <= 0.02
    assert report["recall"]["value"] >= recall_least


def test_help_reads_as_text(capsys):
    with pytest.raises(SystemExit):
        call_command("evaluate_filter", "--help")

    assert "%%" not in capsys.readouterr().out
