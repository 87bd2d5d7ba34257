"""Ratings: who thinks what of a picture, written down for good, found again, and summed up."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from test_store import VERSION_1

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Result, StoreError
from inpaint_nb.edit import Judgement
from inpaint_nb.jobs import submit
from inpaint_nb.store import Kept, Record, Store, open_store

SIZE = (24, 16)
BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))


def told(job_id: str, pictures: int = 1, **changes: object) -> str:
    """The id of a finished run that nobody ran here."""
    values = {"created": 1000.0, "provider": "local", "prompt": "a fox", "params": {}, **changes}
    store = open_store()
    store.begin(Record(id=job_id, **values))  # type: ignore[arg-type]  # the fields above
    kept = [Kept(f"{job_id}{number}") for number in range(pictures)]
    store.end(job_id, {"status": "done", "finished": 2000.0}, {"composited": kept}).result(timeout=10)
    return job_id


def edit() -> Result:
    """A recorded edit by the local engine."""
    return submit(Image.effect_noise(SIZE, 40).convert("RGB"), BOX, "a fox").result(timeout=30)


def ids(**filters: object) -> list[str]:
    return [run.id for run in inp.history(**filters)]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def rater(monkeypatch: pytest.MonkeyPatch) -> str:
    """Who rates where nobody is named."""
    monkeypatch.setenv("INPAINT_NB_RATER", "ann")
    return "ann"


def test_a_result_is_rated_and_says_so() -> None:
    """Stars, starred and rejected, each alone or together, by whom and when."""
    result = edit()
    assert (result.rating().stars, result.rating().who, result.rating().when) == (None, (), None)
    rating = result.rate(4)
    assert (rating.stars, rating.starred, rating.rejected, rating.who) == (4, False, False, ("ann",))
    assert rating == result.rating()
    result.rate(starred=True)
    result.rate(rejected=True)
    assert repr(result.rating()) == "<Rating 4 stars, starred, rejected by ann>"
    assert result.rating().when is not None
    assert result.rating().when > result.created  # type: ignore[operator]  # both are there


def test_none_leaves_and_zero_takes_away() -> None:
    """What is not said stays as it was; 0 stars are no stars; False takes a mark away."""
    result = edit()
    result.rate(5, starred=True, rejected=True)
    result.rate(0)
    assert (result.rating().stars, result.rating().starred, result.rating().rejected) == (None, True, True)
    result.rate(3, starred=False, rejected=False)
    assert (result.rating().stars, result.rating().starred, result.rating().rejected) == (3, False, False)


@pytest.mark.parametrize(
    "wrong",
    [{"stars": 6}, {"stars": -1}, {"stars": 2.5}, {"stars": True}, {"stars": "5"}, {}, {"starred": 1},
     {"rejected": "yes"}, {"stars": 3, "index": 1}, {"stars": 3, "index": -2}, {"stars": 3, "who": " "},
     {"stars": 3, "who": 7}],
)  # fmt: skip
def test_what_is_no_rating_is_refused(wrong: dict[str, object]) -> None:
    """Stars are whole numbers from 0 to 5, marks are True or False, the picture is there, and somebody has a name."""
    result = edit()
    with pytest.raises(InputError):
        result.rate(**wrong)  # type: ignore[arg-type]
    assert result.rating().opinions == ()


def test_several_people_are_taken_together() -> None:
    """The mean of everybody's newest stars; starred or rejected as soon as anyone says so."""
    result = edit()
    for who, stars in (("ann", 1), ("ben", 4), ("cid", 5), ("ann", 3)):
        result.rate(stars, who=who)
    result.rate(starred=True, who="ben")
    result.rate(rejected=True, who="dee")
    rating = result.rating()
    assert (rating.stars, rating.starred, rating.rejected) == (4, True, True)
    assert set(rating.who) == {"ann", "ben", "cid", "dee"}
    assert (result.rating(who="ann").stars, result.rating(who="ann").starred) == (3, False)
    assert result.rating(who="nobody").opinions == ()


def test_every_opinion_stays_written_down() -> None:
    """The newest counts, and the others can still be read, in order."""
    result = edit()
    for stars in (1, 5, 2):
        result.rate(stars)
    log = open_store().ratings.log((result.job_id, 0))
    assert [opinion.stars for opinion in log] == [1, 5, 2]
    assert sorted({opinion.when for opinion in log}) == [opinion.when for opinion in log]


def test_who_rates_is_the_setting_the_hub_or_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """INPAINT_NB_RATER before the hub's user before the system's."""
    result = edit()
    monkeypatch.setenv("JUPYTERHUB_USER", "hub")
    monkeypatch.setenv("LOGNAME", "system")
    monkeypatch.setenv("USER", "system")
    for expected in ("ann", "hub", "system"):
        assert result.rate(3).who[-1] == expected
        monkeypatch.delenv("INPAINT_NB_RATER", raising=False)
        if expected == "hub":
            monkeypatch.delenv("JUPYTERHUB_USER")
        result.rate(0, who=expected)


def test_a_result_of_next_week_has_its_rating() -> None:
    """What was thought is read back with the result, and can be changed there."""
    was = edit()
    was.rate(2, starred=True)
    back = inp.history()[was.job_id]
    assert isinstance(back, Result)
    assert back.rating() == was.rating()
    back.rate(5)
    assert was.rating().stars == 5


def test_a_run_is_rated_by_its_id() -> None:
    """As the result would be; an id may be cut short, and one without pictures is refused."""
    told("ab1", pictures=2)
    store = open_store()
    store.begin(Record(id="cd2", created=1.0, provider="local", prompt="", params={})).result(timeout=10)
    assert inp.rate("ab", 4, index=1).stars == 4
    assert inp.rate(inp.history().run("ab1"), 2, index=-1).stars == 2
    for wrong in ("cd2", "zz"):
        with pytest.raises(InputError):
            inp.rate(wrong, 4)
    with pytest.raises(InputError, match="no picture 2"):
        inp.rate("ab1", 4, index=2)
    with pytest.raises(InputError, match="list"):
        inp.rate([], 4)  # type: ignore[arg-type]


def test_what_is_not_in_the_store_cannot_be_rated(tmp_path: Path) -> None:
    """A result made by hand and a job the store never saw say so."""
    result = edit()
    with pytest.raises(StoreError, match="no job"):
        Store(tmp_path / "other").ratings.add((result.job_id, 0), Judgement(3), "ann")


def test_runs_are_found_by_their_ratings() -> None:
    """At least so many stars with the best picture; starred with any; rejected with all."""
    for job in ("one", "two", "six"):
        told(job, pictures=2)
    told("none")
    inp.rate("one", 2)
    inp.rate("one", 5, index=1)
    inp.rate("one", 2, index=1, who="ben")
    inp.rate("two", 3, starred=True, rejected=True)
    inp.rate("two", starred=False, who="ben")
    inp.rate("six", rejected=True)
    inp.rate("six", rejected=True, index=1, who="ben")
    found = {run.id: run for run in inp.history()}
    assert [found[name].rating for name in ("one", "two", "six", "none")] == [3.5, 3, None, None]
    assert set(ids(rating=3)) == {"one", "two"}
    assert ids(rating=3.2) == ["one"]
    assert ids(rating=5) == []
    assert ids(starred=True) == ["two"]
    assert set(ids(starred=False)) == {"one", "six", "none"}
    assert ids(rejected=True) == ["six"]
    assert set(ids(rejected=False, rating=1)) == {"one", "two"}
    assert [(run.id, run.starred, run.rejected) for run in inp.history(rejected=True)] == [
        ("six", False, True)
    ]


@pytest.mark.parametrize(
    "wrong", [{"rating": 0}, {"rating": 6}, {"rating": "5"}, {"starred": 1}, {"rejected": "no"}]
)
def test_what_cannot_be_asked_of_ratings_is_said(wrong: dict[str, object]) -> None:
    """A filter out of its range is an InputError at once."""
    with pytest.raises(InputError):
        inp.history(**wrong)  # type: ignore[arg-type]


def test_ratings_are_in_the_table_and_in_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of their own, with words beside the drawn stars."""
    told("one")
    inp.rate("one", 4, starred=True)
    inp.rate("one", 3, who="ben")
    html = inp.history()._repr_html_()
    assert '<span aria-hidden="true">★★★★☆</span> 3.5 stars, starred' in html
    monkeypatch.setitem(sys.modules, "pandas", None)
    (row,) = inp.history().to_frame()
    assert (row["rating"], row["starred"], row["rejected"]) == (3.5, True, False)


def test_deleting_everything_deletes_the_ratings() -> None:
    """Deleting the pictures keeps what was thought of them; deleting the run does not."""
    first, second = edit(), edit()
    first.rate(4)
    second.rate(2)
    open_store().ratings.choose((first.job_id, 0), (second.job_id, 0), "ann")
    inp.history().delete(first.job_id)
    assert inp.history().run(first.job_id).rating == 4
    assert inp.rate(first.job_id, 5).stars == 5
    inp.history().delete(first.job_id, everything=True)
    with closing(sqlite3.connect(open_store().folder / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT job FROM ratings").fetchall() == [(second.job_id,)]
        assert ledger.execute("SELECT * FROM choices").fetchall() == []


RATING = """
import sys, inpaint_nb as inp
for number in range(40):
    inp.rate("one", number % 5 + 1, who=sys.argv[1])
inp.rate("one", int(sys.argv[2]), who=sys.argv[1])
"""


def test_two_people_rate_at_once_from_two_processes() -> None:
    """Nothing is lost, and each person's last word counts."""
    told("one")
    started = [
        subprocess.Popen([sys.executable, "-c", RATING, who, stars])
        for who, stars in (("ann", "2"), ("ben", "5"))
    ]
    assert [each.wait(timeout=120) for each in started] == [0, 0]
    assert len(open_store().ratings.log(("one", 0))) == 82
    rating = inp.rate("one", starred=True, who="cid")
    assert (rating.stars, {one.who: one.stars for one in rating.opinions}) == (
        3.5, {"ann": 2, "ben": 5, "cid": None},
    )  # fmt: skip


def test_a_listener_hears_of_every_rating_of_this_process() -> None:
    """Views are told which picture, until they stop listening."""
    told("one", pictures=2)
    heard: list[tuple[str, int]] = []
    open_store().ratings.on_change(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]  # harms nobody
    stop = open_store().ratings.on_change(heard.append)
    inp.rate("one", 4, index=1)
    stop()
    stop()
    inp.rate("one", 4)
    assert heard == [("one", 1)]


def test_the_newest_choice_between_two_pictures_counts() -> None:
    """Of each person, whichever way round it was made."""
    for job in ("one", "two"):
        told(job)
    choose = open_store().ratings.choose
    choose(("one", 0), ("two", 0), "ann")
    choose(("two", 0), ("one", 0), "ann")
    choose(("one", 0), ("two", 0), "ben", tie=True, blind=True)
    ann, ben = open_store().ratings.choices(["one", "two"])
    assert (ann.better, ann.tie, ann.blind) == (("two", 0), False, False)
    assert (ben.who, ben.tie, ben.blind) == ("ben", True, True)
    assert open_store().ratings.choices(["one"]) == []
    with pytest.raises(StoreError, match="no job"):
        choose(("one", 0), ("gone", 0), "ann")


def test_a_store_without_ratings_has_none() -> None:
    """Reading makes nothing."""
    assert open_store().ratings.newest(["one"]) == {}
    assert open_store().ratings.choices(["one"]) == []
    assert len(inp.ratings()) == 0
    assert repr(inp.ratings()) == "No ratings"
    assert not open_store().folder.exists()


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_store_from_before_ratings_takes_them(store_folder: Path, first: str) -> None:
    """A ledger of the first version is asked for ratings, or given some, whichever comes first."""
    store_folder.mkdir()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as ledger:
        ledger.executescript(VERSION_1)
    if first == "read":
        assert open_store().ratings.newest(["old"]) == {}
        assert inp.history(rating=1).ids == []
    assert inp.rate("old", 4).stars == 4
    assert inp.history(rating=4).ids == ["old"]


def study() -> None:
    """Two prompts at two providers, rated by two people."""
    told("f1", prompt="a fox", params={"quality": "high"})
    told("f2", prompt="a fox", provider="paid", params={"quality": "low"})
    told("o1", prompt="an <b>owl</b>", seed=3, params={"quality": "high"})
    for job, ann, ben in (("f1", 5, 4), ("f2", 3, None), ("o1", 1, 2)):
        inp.rate(job, ann, who="ann")
        if ben:
            inp.rate(job, ben, who="ben")
    inp.rate("f1", starred=True)
    inp.rate("o1", rejected=True)


def test_ratings_are_summed_up_by_prompt() -> None:
    """How many, mean, spread, how the stars fell, and marks; the best first."""
    study()
    fox, owl = inp.ratings()
    assert (fox.key, fox.n, fox.mean, fox.spread) == (("a fox",), 3, 4, 1)
    assert (fox.histogram, fox.count("starred"), fox.count("rejected")) == ((0, 0, 1, 1, 1), 1, 0)
    assert (owl.n, owl.mean, owl.histogram, owl.count("rejected")) == (2, 1.5, (1, 1, 0, 0, 0), 1)
    assert inp.ratings()["a fox"].n == 3
    with pytest.raises(InputError, match="a cat"):
        inp.ratings()["a cat"]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("provider", {("local",), ("paid",)}),
        ("quality", {("high",), ("low",)}),
        ("who", {("ann",), ("ben",)}),
        ("seed", {(None,), (3,)}),
        (("kind", "provider"), {("edit", "local"), ("edit", "paid")}),
        (("quality", "who"), {("high", "ann"), ("high", "ben"), ("low", "ann")}),
        ("index", {(0,)}),
        ("run", {("f1",), ("f2",), ("o1",)}),
    ],
)
def test_ratings_are_summed_up_by_what_tells_runs_apart(by: object, keys: set[object]) -> None:
    """Provider, parameter, person, seed, several together."""
    study()
    assert {line.key for line in inp.ratings(by)} == keys  # type: ignore[arg-type]


def test_a_summary_takes_the_filters_of_the_history() -> None:
    """And those of its own: one person, or only what was given blind."""
    study()
    open_store().ratings.add(("f1", 0), Judgement(1, blind=True), "ben")
    assert [line.key for line in inp.ratings(text="OWL")] == [("an <b>owl</b>",)]
    assert inp.ratings(who="ann")["a fox"].mean == 4
    assert [(line.n, line.mean) for line in inp.ratings(blind=True)] == [(1, 1)]
    assert inp.ratings(blind=False)["a fox"].n == 2


def test_a_name_that_no_run_knows_is_refused() -> None:
    """With the names that there are."""
    study()
    with pytest.raises(InputError, match="quality"):
        inp.ratings("colour")
    for wrong in (7, [], [7]):
        with pytest.raises(InputError):
            inp.ratings(wrong)  # type: ignore[arg-type]


def test_pairs_count_for_both_sides() -> None:
    """A preference is a win, a tie half of one; a pair within one line says nothing."""
    study()
    choose = open_store().ratings.choose
    choose(("f1", 0), ("o1", 0), "ann", blind=True)
    choose(("o1", 0), ("f2", 0), "ann", tie=True, blind=True)
    choose(("f1", 0), ("f2", 0), "ann", blind=True)
    fox, owl = inp.ratings()
    assert ((fox.pairs, fox.won), (owl.pairs, owl.won)) == ((2, 0.75), (2, 0.25))


def test_a_summary_is_a_frame_and_a_page() -> None:
    """The same numbers for pandas, for an eye without JavaScript, and in a terminal; prompts are words."""
    study()
    pandas = pytest.importorskip("pandas")
    frame = inp.ratings(("prompt", "provider")).to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns)[:5] == ["prompt", "provider", "n", "pictures", "people"]
    assert frame["stars_5"].sum() == 1
    html = inp.ratings()._repr_html_()
    assert "an &lt;b&gt;owl&lt;/b&gt;" in html
    assert "<script" not in html
    assert "5 ratings, by prompt" in html
    assert "a fox: n 3, mean 4.00, spread 1.00" in repr(inp.ratings())


def test_a_summary_without_pandas_is_a_list_of_dicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the columns of the DataFrame as keys."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    study()
    fox, _ = inp.ratings().to_frame()
    assert (fox["prompt"], fox["n"], fox["people"], fox["stars_3"], fox["blind"]) == ("a fox", 3, 2, 1, 0)
