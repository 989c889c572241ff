"""The command that trains the filter, on made comments."""

import json
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

from engagement.filtering.fitting import Texts, is_ready
from engagement.filtering.model import load_model
from engagement.filtering.ngrams import LINK
from engagement.filtering.training import ORDINARY, Comment, balanced, fold_without, folds_of, texts_of, train
from engagement.imports.labelled import Columns, read_labelled

needs_sklearn = pytest.mark.skipif(not is_ready(), reason="scikit-learn is not installed: see requirements-train.txt.")

PRAISE = ["lovely", "light", "picture", "today", "we", "liked", "this", "so", "much", "where", "was", "it", "taken"]
PITCH = ["subscribe", "my", "channel", "profit", "daily", "check", "link", "money", "followers", "free", "now", "win"]


def written(path, rows):
    path.parent.mkdir(exist_ok=True)
    lines = [f"{text},{label},author-{at}" for at, (text, label) in enumerate(rows)]
    path.write_text("\n".join(["text,bot,who", *lines, ""]), encoding="utf-8")
    return f"{path}:text:bot:who"


def made(random, number):
    """Comments of people and bots, whose words overlap a little."""
    for at in range(number):
        own, other = (PITCH, PRAISE) if at % 2 else (PRAISE, PITCH)
        yield " ".join([*random.choices(own, k=7), random.choice(other)]), at % 2


@pytest.fixture
def files(tmp_path):
    random = Random(3)
    return [
        written(tmp_path / "videos" / "one.csv", made(random, 60)),
        written(tmp_path / "videos" / "two.csv", made(random, 60)),
        written(tmp_path / "photos" / "all.csv", made(random, 120)),
    ]


def run(files, into, *words):
    sources = [word for name in ("videos", "photos") for word in ("--source", f"{name}=Made up; CC0")]
    out = StringIO()
    call_command(
        "train_comment_model", *files, "--name=made-1", f"--into={into}", *sources, *words, "--json", stdout=out
    )
    return json.loads(out.getvalue())


@needs_sklearn
def test_train_writes_a_model_and_its_card(files, tmp_path):
    report = run(files, tmp_path)

    model = load_model(tmp_path / "made-1.json")
    card = (tmp_path / "made-1.md").read_text(encoding="utf-8")
    assert model.version == "made-1"
    pitch, praise = map(model.text.log_odds, ("subscribe my channel for money", "we liked this lovely light"))
    assert pitch is not None
    assert praise is not None
    assert pitch > praise
    assert report["held_out"]["videos"]["all"]["auc"] > 0.95
    assert "| videos | one, two | 120 | 60 | Made up; CC0 |" in card
    assert f"{report['held_out']['photos']['all']['mcc']:.3f}" in card


@needs_sklearn
def test_train_gives_the_same_model_twice(files, tmp_path):
    run(files, tmp_path)
    first = (tmp_path / "made-1.json").read_bytes()

    run(files, tmp_path)

    assert (tmp_path / "made-1.json").read_bytes() == first


@needs_sklearn
def test_train_learns_from_ordinary_comments(files, tmp_path):
    plain = tmp_path / "plain" / "said.csv"
    plain.parent.mkdir()
    met = "the followers of the free market met"
    plain.write_text("said\n" + "".join(f"{met} in town {at}\n" for at in range(40)), encoding="utf-8")

    run(files, tmp_path)
    without = load_model(tmp_path / "made-1.json").text.log_odds(met)
    load_model.cache_clear()
    report = run(files, tmp_path, f"--ordinary={plain}:said", "--source=plain=Made up; CC0")
    learned = load_model(tmp_path / "made-1.json").text.log_odds(met)

    assert without is None
    assert learned is not None
    assert learned < 0
    assert report["held_out"]["plain"]["all"]["mcc"] is None
    assert "ordinary, no labels" in (tmp_path / "made-1.md").read_text(encoding="utf-8")


@needs_sklearn
def test_train_learns_nothing_from_links_of_ordinary_texts(files, tmp_path):
    plain = tmp_path / "plain" / "said.csv"
    plain.parent.mkdir()
    plain.write_text("said\n" + "".join(f"news of the day {at} https://a.example/b\n" for at in range(40)))

    report = run(files, tmp_path, f"--ordinary={plain}:said", "--source=plain=Made up; CC0")

    assert report["held_out"]["plain"]["all"]["accused_cut_off"] == 0.0
    names = load_model(tmp_path / "made-1.json").text.names
    assert "news" in names
    assert [name for name in names if LINK in name] == []


@needs_sklearn
def test_train_reads_links_of_innocent_comments_and_tells_of_those_it_never_learned_from(files, tmp_path):
    folder = tmp_path / "innocent"
    folder.mkdir()
    learned = "".join(f"your channel of the day {at} https://a.example/b\n" for at in range(40))
    (folder / "learned.csv").write_text(f"text\n{learned}", encoding="utf-8")
    (folder / "asked.csv").write_text(
        "text\nwe liked your channel\nsubscribe my channel for daily profit and free money now\n", encoding="utf-8"
    )
    words = [f"--innocent={folder}/learned.csv:text", f"--check={folder}/asked.csv:text"]

    report = run(files, tmp_path, *words, "--source=innocent=Made up; CC0")

    model = load_model(tmp_path / "made-1.json")
    assert "asked" in report["innocent"]
    assert sum(report["innocent"]["asked"].values()) == 2
    assert report["innocent"]["asked"]["bot"] == 1
    assert [name for name in model.text.names if LINK in name] != []
    assert model.error_rates is not None
    assert set(model.error_rates.files) == {"videos/one", "videos/two", "photos/all"}
    assert "| asked | 2 | 1 |" in (tmp_path / "made-1.md").read_text(encoding="utf-8")


@needs_sklearn
def test_train_sets_the_cut_off_on_labelled_people(files, tmp_path):
    plain = tmp_path / "plain" / "said.csv"
    plain.parent.mkdir()
    plain.write_text("said\n" + "subscribe my channel for daily profit\n" * 40, encoding="utf-8")

    report = run(files, tmp_path, f"--ordinary={plain}:said", "--source=plain=Made up; CC0")

    accused = {name: report["held_out"][name]["all"]["accused_cut_off"] for name in ("videos", "photos", "plain")}
    assert accused["plain"] == 1.0
    assert accused["videos"] <= 0.04
    assert accused["photos"] <= 0.04


@needs_sklearn
def test_train_learns_accounts(files, tmp_path):
    random = Random(5)
    rows = [
        f"{2010 + 6 * bot}-01-01,{random.randint(0, 900 - 891 * bot)},{at},{bot},{bot * (at % 3 == 1)}"
        for at in range(60)
        for bot in (0, 1)
    ]
    path = tmp_path / "accounts.csv"
    path.write_text("\n".join(["made,followers,posts,bot,says", *rows, ""]), encoding="utf-8")
    columns = [f"--account-column={one}" for one in ("joined_at=made", "followers=followers", "posts=posts")]

    report = run(files, tmp_path, f"--accounts={path}", *columns, "--collected-on=2017-01-01", "--declared-column=says")

    assert report["accounts"]["all"]["auc"] > 0.9
    assert report["accounts"]["without those that say they are bots (in use)"]["number"] == 100
    assert load_model(tmp_path / "made-1.json").accounts is not None


@needs_sklearn
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.csv"], "write FILE:TEXT:LABEL"),
        (["d/a.csv:text:bot"], "Whose are the files in d? Add --source d="),
        (["d/a.csv:text:bot", "--source=d"], "write FOLDER=WORDS"),
        (["d/a.csv:text:bot", "--source=d=mine"], "there is no such file"),
    ],
)
def test_train_names_what_is_missing(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError) as refused:
        call_command("train_comment_model", *words, "--name=made-1", f"--into={tmp_path}")

    assert message in str(refused.value)


def labelled_as(labels):
    """Comments that differ, labelled so one after another."""
    return [(f"{PRAISE[at % 12]} {PITCH[at % 11]} {at}", label) for at, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"a": labelled_as([1] * 90)}, "0 different texts of people are left", id="bots alone"),
        pytest.param({"a": labelled_as([0, 1] * 10)}, "of bots are left", id="ten of each"),
        pytest.param({"a": [("", at % 2) for at in range(90)]}, "0 different texts of bots", id="no words"),
        pytest.param({"a": [("subscribe", 1), ("lovely", 0)] * 45}, "0 different texts of", id="the same words"),
        pytest.param(
            {"a": labelled_as([1] * 45), "b": labelled_as([1, *[0] * 45])}, "a/a.csv is held out, 1", id="a file each"
        ),
        pytest.param({"a": labelled_as([*[0, 1] * 45, ""])}, "Line 92 has no label in 'bot'", id="no label"),
        pytest.param({"a": labelled_as(["ham", "spam"] * 45)}, "Values there: 'ham', 'spam'. Write '1'", id="words"),
        pytest.param({"a": []}, "Values there: none", id="header alone"),
    ],
)
def test_train_refuses_what_teaches_nothing(tmp_path, given, message):
    files = [written(tmp_path / "a" / f"{name}.csv", rows) for name, rows in given.items()]

    with pytest.raises(CommandError) as refused:
        call_command("train_comment_model", *files, "--name=made-1", f"--into={tmp_path}", "--source=a=Made up")

    assert message in str(refused.value)
    assert not (tmp_path / "made-1.json").exists()


def test_train_names_a_folder_that_is_not_there(files, tmp_path):
    with pytest.raises(CommandError, match=r"--into .* is no folder: make it first"):
        run(files, tmp_path / "none")


@pytest.mark.parametrize("name", ["", "../made", "a/b", "made one", "x" * 51])
def test_train_refuses_a_name_that_is_no_version(files, tmp_path, name):
    with pytest.raises(CommandError, match="letters, digits"):
        call_command("train_comment_model", *files, f"--name={name}", f"--into={tmp_path}", "--source=videos=Made up")


@pytest.mark.skipif(is_ready(), reason="scikit-learn is installed.")
def test_train_says_how_to_install_what_it_needs(files, tmp_path):
    with pytest.raises(CommandError, match=r"pip install --require-hashes -r requirements-train\.txt"):
        run(files, tmp_path)


def labelled(files):
    comments = []
    for given in files:
        path, text, label, author = given.split(":")
        name = path.split("/")
        columns = Columns(text=text, label=label, author=author)
        comments += [
            Comment.of(seen, name[-2], name[-1], is_bot=is_bot) for seen, is_bot in read_labelled(Path(path), columns)
        ]
    return comments


def test_folds_hold_a_file_out_or_keep_equal_texts_together(files):
    comments = labelled(files)

    folds = folds_of(comments)

    assert sorted(row for fold in folds for row in fold) == list(range(len(comments)))
    by_file = [{comments[row].file for row in fold} for fold in folds]
    assert {"one.csv"} in by_file
    assert {"two.csv"} in by_file
    places: dict[str, set[int]] = {}
    for number, fold in enumerate(folds):
        for row in fold:
            if comments[row].corpus == "photos":
                places.setdefault(comments[row].shown, set()).add(number)
    assert {len(place) for place in places.values()} == {1}


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path):
    given = [written(tmp_path / folder / "train.csv", made(Random(3), 60)) for folder in ("videos", "photos")]
    comments = labelled(given)

    folds = folds_of(comments)

    assert len({one.seen.id for one in comments}) == 120
    assert [
        {comments[row].corpus for row in fold} for fold in folds if len({comments[row].corpus for row in fold}) > 1
    ] == []


def test_balanced_lets_every_corpus_count_alike(files):
    comments = labelled(files)
    ordinary = [Comment.of(comments[0].seen, "plain", "plain", is_bot=None)] * 30

    weights = balanced([*comments, *ordinary])

    assert sum(weights[:120]) == pytest.approx(120)
    assert sum(weights[120:240]) == pytest.approx(120)
    assert sum(weights[240:]) == pytest.approx(120 * ORDINARY)


@needs_sklearn
def test_a_fold_is_judged_by_the_text_model_of_all_other_comments(files):
    comments = labelled(files)
    others = [one for one in comments if one.file != "one.csv"]
    rows = [row for row, one in enumerate(comments) if one.file == "one.csv"]

    fold = fold_without(comments, texts_of(comments), rows)

    assert fold.text == train(others, "made", most_accused=0.02).stored["text"]


def test_texts_count_holders_and_not_copies():
    texts = Texts.of([("a b", "x", {"wa": 1}), ("a b", "x", {"wa": 1}), ("a c", "", {"wa": 2}), ("a d", "", {"wa": 1})])

    assert texts.holders(texts.text).tolist() == [3.0]
    assert texts.holders(texts.author).tolist() == [3.0]
