"""The command that measures the filter: on a small file, on bad files, and on real comments where at hand."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from engagement.calibration import model_in_force, uncalibrated
from engagement.filtering.scoring import Score
from engagement.models import Calibration

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

ROWS = """id,comment,spam,who,at
1,Lovely light in this picture,0,a,2026-03-01T12:00:00
2,write me on whatsapp +1 555 01234,1,b,2026-03-01T12:00:05
3,"check my profile, friends",1,c,
4,🔥🔥🔥,0,,2026-03-01T12:00:10Z
5,Write me on WhatsApp +1 555 01234,1,d,2026-03-01T12:01:00
"""


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def run(path, **options):
    out = StringIO()
    call_command(
        "evaluate_filter", str(path), **({"text_column": "comment", "label_column": "spam"} | options), stdout=out
    )
    return out.getvalue()


def test_evaluate_filter_reports_json(labelled):
    report = json.loads(run(labelled, author_column="who", time_column="at", as_json=True, prevalence=[0.05]))

    assert {name: report["all"][name] for name in ("found", "blamed", "missed", "cleared")} == {
        "found": 3, "blamed": 0, "missed": 0, "cleared": 2
    }  # fmt: skip
    assert report["distinct_texts"]["found"] == 2
    assert report["all"]["precision"]["value"] == 1.0
    assert report["all"]["precision_at_prevalence"] == {"0.05": 1.0}
    assert {name: report["all"][name] for name in ("f1", "mcc", "auc")} == {"f1": 1.0, "mcc": 1.0, "auc": 1.0}
    assert report["all"]["recall_at_2_percent_false_positives"] == 1.0
    assert report["all"]["brier"] < 0.1
    assert sum(one["number"] for one in report["all"]["calibration"]) == 5


def test_evaluate_filter_tells_who_was_accused_and_who_is_in_doubt(labelled):
    report = json.loads(run(labelled, as_json=True))["all"]

    assert (report["accused"]["found"], report["accused"]["missed"], report["accused"]["blamed"]) == (2, 1, 0)
    assert report["unsure"] == {"bots": 1, "genuine": 0}


def test_evaluate_filter_prints_lines_for_people(labelled):
    lines = run(labelled).splitlines()

    assert lines[2:4] == ["Everything, counted to the likelier side:", "  bots: 3 found, 0 missed"]
    assert "  bots: 2 accused, 1 in doubt" in lines


def test_evaluate_filter_judges_with_the_cut_offs_of_the_installation(labelled):
    """As `assess_interactions` would; only where it is asked for with those that the training gave."""
    version = model_in_force().version
    Calibration.objects.create(model_version=version, bot=0.9999, genuine=0.9, decisions=40, people=40, share=0.02)

    here, usual = (json.loads(run(labelled, as_json=True, uncalibrated=given)) for given in (False, True))

    assert (here["cut_offs"], here["calibrated"]) == ({"bot": 0.9999, "genuine": 0.9}, True)
    assert here["all"]["accused"]["found"] == 0
    assert (usual["cut_offs"], usual["calibrated"]) == (vars(uncalibrated(model_in_force()).cut_offs), False)
    assert usual["all"]["accused"]["found"] == 2
    assert "The cut-offs are set by decisions of staff here." in run(labelled)


ACCOUNTS = """made,followers,blank,bio,bot
2026-02-20T00:00:00Z,0,1,0,1
2010-01-01T00:00:00Z,900,0,120,0
,,,,0
"""


def test_evaluate_filter_judges_accounts(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text(ACCOUNTS, encoding="utf-8")
    columns = ["joined_at=made", "followers=followers", "has_picture=!blank", "has_biography=bio"]

    out = StringIO()
    words = [word for column in columns for word in ("--account-column", column)]
    call_command(
        "evaluate_filter", str(path), "--label-column=bot", *words, "--collected-on=2026-03-01", "--json", stdout=out
    )

    report = json.loads(out.getvalue())["all"]
    assert (report["layers"]["account"]["spoke"], report["layers"]["account"]["auc"]) == (2, 1.0)
    assert report["auc"] == 1.0
    assert report["accused"]["blamed"] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--label-column=spam"], "give --text-column, --account-column or both"),
        (["--label-column=spam", "--account-column=age=comment"], "write FIELD=COLUMN with a field of joined_at"),
        (
            ["--label-column=spam", "--account-column=followers=comment"],
            "Line 2: 'Lovely light in this picture' is not",
        ),
        (["--label-column=spam", "--text-column=comment", "--model=none"], "There is no model 'none'. Give one of"),
        (["--label-column=spam", "--text-column=comment", "--collected-on=3/1"], "'3/1' is not a day"),
    ],
)
def test_evaluate_filter_names_what_it_cannot_do(labelled, words, message):
    with pytest.raises(CommandError) as refused:
        call_command("evaluate_filter", str(labelled), *words)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        pytest.param(
            ROWS, {"text_column": "body"}, "no column 'body'. Its columns: id, comment, spam, who, at", id="column"
        ),
        pytest.param(ROWS, {"bot_value": "yes"}, "No row has 'yes' in 'spam'. Values there: '0', '1'", id="value"),
        pytest.param("comment,spam\nhi,ham\nyo,spam\n", {}, "--bot-value", id="label in words"),
        pytest.param("comment,spam\nhi,0\n", {}, "Values there: '0'. Write '1' for bots", id="all genuine"),
        pytest.param(
            "comment,spam\nhi,0\nyo,\nwin,1\nho,\n", {}, "Line 3 has no label in 'spam', and 1 more", id="no label"
        ),
        pytest.param(
            "comment,spam\nhi,0\nyo,2\nwin,1\n", {}, "'spam' holds 3 values: '0', '1', '2'. Leave", id="third value"
        ),
        pytest.param(
            ROWS, {"time_column": "comment"}, "Line 2: 'Lovely light in this picture' is not a time", id="time"
        ),
        pytest.param("", {}, "The file has no header", id="empty"),
        pytest.param("comment,spam\n", {}, "No row has '1' in 'spam'. Values there: none", id="header alone"),
        pytest.param(b"\x89PNG\x00\x00", {}, "This is not a text file", id="not text"),
        pytest.param(b"comment,spam\n\xff\xfa,1", {}, "Line 2, byte 14 of the file", id="not UTF-8"),
        pytest.param(b"comment,spam\n\xff\xfa,1", {}, "name its encoding, for example cp1252", id="encoding"),
        pytest.param('comment,spam\n"open,1\nhi,0\n', {}, "Check the quotes", id="open quote"),
    ],
)
def test_evaluate_filter_names_what_is_wrong(tmp_path, content, options, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(CommandError) as refused:
        run(path, **options)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param(b"\xef\xbb\xbf" + ROWS.encode(), {}, id="byte order mark"),
        pytest.param(ROWS.replace(", friends", "").replace(",", ";").encode(), {}, id="semicolons"),
        pytest.param(ROWS.encode("utf-16"), {}, id="UTF-16"),
        pytest.param(ROWS.replace("🔥", "é").encode("cp1252"), {"encoding": "cp1252"}, id="named encoding"),
        pytest.param(ROWS.replace(",1,", ",bot,").replace(",0,", ",human,").encode(), {"bot_value": "bot"}, id="words"),
        pytest.param(ROWS.replace("1,b", " 1 ,b").encode(), {}, id="label with spaces"),
        pytest.param(ROWS.replace("\n", "\r\n").encode(), {}, id="lines of Windows"),
    ],
)
def test_evaluate_filter_reads_what_programs_write(tmp_path, content, options):
    path = tmp_path / "labelled.csv"
    path.write_bytes(content)

    report = json.loads(run(path, **options, as_json=True))["all"]

    assert (report["found"], report["blamed"], report["missed"], report["cleared"]) == (3, 0, 0, 2)


def test_evaluate_filter_of_bots_alone_leaves_unknown_what_takes_people(tmp_path):
    path = tmp_path / "bots.csv"
    path.write_text("comment,spam\nWrite me on WhatsApp +1 555 01234,1\nfree money now,1\n", encoding="utf-8")

    report = json.loads(run(path, as_json=True))["all"]

    assert (report["auc"], report["mcc"], report["accused"]["false_alarm_ratio"]["value"]) == (None, None, None)
    assert report["recall"]["value"] is not None


@pytest.mark.parametrize("content", ["{}", "no JSON", "[1]", '{"version": "x"}'])
def test_evaluate_filter_names_a_file_that_holds_no_model(labelled, tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match="holds no model: give a file that train_comment_model wrote"):
        run(labelled, model=str(path))


def test_evaluate_filter_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="there is no such file"):
        run(tmp_path / "none.csv")


@pytest.mark.parametrize("share", ["0", "1", "5%"])
def test_evaluate_filter_refuses_an_impossible_prevalence(labelled, share):
    with pytest.raises(CommandError, match="give a number between 0 and 1"):
        call_command(
            "evaluate_filter", str(labelled), "--text-column=comment", "--label-column=spam", f"--prevalence={share}"
        )


def test_score_gives_precision_where_bots_are_rarer():
    score = Score(found=90, blamed=10, missed=10, cleared=90)

    assert (score.precision, score.recall, score.false_alarm_ratio) == (0.9, 0.9, 0.1)
    assert score.precision_at(0.5) == pytest.approx(0.9)
    assert score.precision_at(0.05) == pytest.approx(0.045 / 0.14)


def test_score_of_nothing_is_unknown():
    score = Score.of([])

    assert (score.precision, score.recall, score.precision_at(0.1)) == (None, None, None)


YOUTUBE = {"text_column": "content", "author_column": "author_hash", "time_column": "date"}


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("youtube-spam/Psy.csv", YOUTUBE),
        ("youtube-spam/KatyPerry.csv", YOUTUBE),
        ("youtube-spam/LMFAO.csv", YOUTUBE),
        ("scamspot-instagram-comments/train.csv", {"text_column": "msg", "label_column": "scam"}),
    ],
)
def test_filter_keeps_what_it_learned(file, options):
    """The model was trained on these: it must find them, and its card tells what new ones come to."""
    if not (DATA / file).exists():
        pytest.skip(f"The labelled comments {file} are not beside this checkout, in ../shared/data.")

    report = json.loads(run(DATA / file, **options, as_json=True))["all"]

    assert report["accused"]["false_alarm_ratio"]["value"] <= 0.02
    assert report["auc"] > 0.99
    assert report["mcc"] > 0.9


def test_help_reads_as_text(capsys):
    with pytest.raises(SystemExit):
        call_command("evaluate_filter", "--help")

    assert "%%" not in capsys.readouterr().out
