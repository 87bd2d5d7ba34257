"""The tree of runs: what is in it, how it is drawn, and that foreign words stay words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Moderated, Result, Session, Tree
from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished
from inpaint_nb.http import Client
from inpaint_nb.images import digest
from inpaint_nb.jobs import submit
from inpaint_nb.lineage.layout import places
from inpaint_nb.lineage.shortening import harmless, lines
from inpaint_nb.lineage.tree import MOST_DRAWN
from inpaint_nb.providers import register_provider, registry

SIZE = (24, 16)
MASK = Mask.rectangle(SIZE, (0, 0, 12, 16))
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>alert("1")</script>&lt;\x00\x1b\ud800\u202e]]>\n<image href="http://evil.example/x"/>'


class Painting:
    """Paints in a colour that it never used before; a prompt with "bad" is refused."""

    name = "painting"
    capabilities = Capabilities(note="a test", price="free", max_count=6)
    shade = 0
    refuses = True

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        if self.refuses and "bad" in request.prompt:
            raise Moderated("No <b>bad</b> words.", "Say it kindly.")
        yield Finished(tuple(self.painted(request.image.size) for _ in range(request.count)))

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event

    @classmethod
    def painted(cls, size: tuple[int, int]) -> Image.Image:
        cls.shade += 1
        return Image.new("RGB", size, (cls.shade % 256, cls.shade // 256, 9))


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider, by name too."""
    monkeypatch.setattr(registry, "_registered", {})
    register_provider(Painting)


def white() -> Image.Image:
    return Image.new("RGB", SIZE, "white")


def edit(image: Image.Image | None = None, prompt: str = "a fox", **settings: object) -> Result:
    return submit(image or white(), MASK, prompt, **{"provider": "painting", **settings}).result(timeout=10)


def drawn(tree: Tree) -> ElementTree.Element:
    """The SVG, parsed: it is well-formed."""
    return ElementTree.fromstring(tree.to_svg())


def words_of(svg: ElementTree.Element) -> str:
    return " ".join(text.text or "" for text in svg.iter(f"{SVG}tspan"))


def test_the_tree_of_a_result_is_all_that_came_of_the_original() -> None:
    """Brothers and cousins are in it, each with its parent and the picture that it started from."""
    first = edit(count=2)
    second, third = edit(first.images[1], "a hen"), edit(first.images[0])
    other = edit(prompt="another")
    for of in (
        first,
        second,
        other,
        third.job_id,
        third.job_id[:12],
        white(),
        inp.history().run(first.job_id),
    ):
        tree = inp.tree(of)
        assert [node.key for node in tree] == [
            digest(white()), first.job_id, second.job_id, third.job_id, other.job_id,
        ]  # fmt: skip
    assert tree.root.is_original
    assert [(edge.index, edge.label) for edge in tree.edges] == [
        (0, "a fox"), (1, "a hen"), (0, "a fox"), (0, "another"),
    ]  # fmt: skip
    assert tree[second.job_id].parent == first.job_id
    assert tree[first.job_id[:10]].children == (second.job_id, third.job_id)
    assert [node.key for node in tree.line(second.job_id)] == [tree.root.key, first.job_id, second.job_id]
    assert tree[second.job_id].result().job_id == second.job_id


def test_a_session_has_the_tree_of_its_original() -> None:
    """Also of what was made of it before; its newest run is marked."""
    earlier = edit()
    session = Session(white(), mask=MASK, provider="painting")
    assert len(session.tree) == 2
    run = session.run("a hen").result(timeout=10)
    session.use(run)
    later = session.run("two hens").result(timeout=10)
    tree = session.tree
    assert [node.key for node in tree] == [digest(white()), earlier.job_id, run.job_id, later.job_id]
    assert tree.focus == later.job_id
    assert tree[later.job_id].depth == 2
    assert "← here" in repr(tree).splitlines()[-1]


def test_what_has_no_tree_is_refused() -> None:
    """Anything else, an unknown run, an ambiguous key, the original's result: InputError."""
    with pytest.raises(InputError, match="no tree"):
        inp.tree(3)
    with pytest.raises(InputError, match="No run"):
        inp.tree("abc")
    edit()
    tree = inp.tree(white())
    for key in ("", "nobody"):
        with pytest.raises(InputError, match="nodes"):
            tree[key]
    with pytest.raises(InputError, match="No run made"):
        tree.root.result()


def test_a_picture_that_nobody_changed_is_a_tree_of_one() -> None:
    """The root alone, without its file in the store, is drawn too."""
    tree = inp.tree(white())
    assert (len(tree), tree.edges) == (1, ())
    assert "gone" in words_of(drawn(tree))
    assert repr(tree) == "Tree of 0 runs\nthe original picture"


def test_a_failed_run_is_shown_until_its_like_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its reason; once an equal request is done it is in the tree still, but not drawn."""
    with pytest.raises(Moderated):
        edit(prompt="bad")
    failed = inp.tree(white()).nodes[1]
    assert (failed.status, failed.has_result, failed.why) == ("failed", False, "No <b>bad</b> words.")
    with pytest.raises(Moderated):
        failed.result()
    assert "No <b>bad</b>" in words_of(drawn(inp.tree(white())))
    assert "failed: No <b>bad</b> words." in repr(inp.tree(white()))
    monkeypatch.setattr(Painting, "refuses", False)
    edit(prompt="bad")
    tree = inp.tree(white())
    assert len(tree) == 3
    assert "failed" not in words_of(drawn(tree))


def test_stars_and_rejections_are_shown() -> None:
    """In the drawing and in words; a rejected picture is struck through and kept."""
    one, other = edit(), edit(count=2)
    one.rate(rejected=True)
    other.rate(4, starred=True, index=1)
    tree = inp.tree(one)
    seen = words_of(drawn(tree))
    assert "rejected" in seen
    assert "4 stars, starred" in seen
    assert tree[one.job_id].best.rejected
    assert tree[other.job_id].best.stars == 4
    assert "4 stars, starred" in repr(tree)
    assert [image.get("opacity") for image in drawn(tree).iter(f"{SVG}image")].count(".35") == 1


def test_wear_is_shown_from_where_it_began() -> None:
    """The run that was told of it and those after it are marked, until one makes every pixel anew."""
    image = white()
    for _ in range(5):
        image = edit(image).image
    worn = [node.is_worn for node in inp.tree(white())]
    assert worn == [False, False, False, False, True, True]
    assert words_of(drawn(inp.tree(white()))).count("worn") == 2


@given(prompt=st.one_of(st.text(max_size=60), st.just(HOSTILE)))
def test_lines_are_short_and_hold_what_xml_can_hold(prompt: str) -> None:
    """Whatever is written, there are few lines, none too long, and they parse as XML once escaped."""
    made = lines(prompt, 12, 3)
    assert len(made) <= 3
    assert all(1 <= len(line) <= 12 for line in made)
    ElementTree.fromstring(f"<a>{escape(harmless(prompt))}</a>")
    assert " ".join(lines("one two three", 5, 9)) == "one two three"
    assert lines("one two three four", 8, 1) == ["one two…"]


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_hostile_words_stay_words() -> None:
    """Nothing of a prompt, a parameter or an error becomes markup, and nothing is fetched from anywhere."""
    edit(prompt=HOSTILE.replace("\ud800", ""))
    tree = inp.tree(white())
    svg = drawn(tree)
    assert "<script>" in "".join(title.text or "" for title in svg.iter(f"{SVG}title"))
    allowed = {"svg", "rect", "g", "title", "path", "text", "tspan", "image"}
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= allowed
    html = tree._repr_html_()
    tags = Tags(html).found
    assert {tag for tag, _ in tags} <= allowed | {"div", "details", "summary", "ul", "li"}
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    links = [attributes["href"] for _, attributes in tags if "href" in attributes]
    assert links
    assert all(str(link).startswith("data:image/jpeg;base64,") for link in links)
    assert not re.search(r"url\(|@import|<style|<script", html)
    assert "\x00" not in html


def test_the_drawing_has_the_colours_of_the_page() -> None:
    """In a page it takes the page's colour for words and lines; as a file it is dark on white."""
    edit()
    html = inp.tree(white())._repr_html_()
    assert "background" not in html
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', html)) <= {"currentColor", "none", "#1a73e8"}
    assert "color:inherit" in html
    assert 'fill="#ffffff"' in inp.tree(white()).to_svg()


def test_a_large_tree_is_drawn_in_part() -> None:
    """The line of the focus, what is starred and the newest are drawn; the rest is counted where it belongs."""
    old = edit(prompt="the starred one")
    old.rate(starred=True)
    deep = edit(edit().image, prompt="deep").job_id
    for number in range(MOST_DRAWN + 5):
        last = edit(prompt=f"run {number}")
    tree = inp.tree(deep)
    svg = drawn(tree)
    seen = words_of(svg)
    assert len(tree) == MOST_DRAWN + 9
    assert len(list(svg.iter(f"{SVG}image"))) == MOST_DRAWN
    assert "starred" in seen
    assert f"{tree[last.job_id].number} · painting" in seen
    assert "+9 not drawn" in seen
    assert "(9 more below)" in repr(tree)
    assert len(tree._repr_html_()) < 400_000


def test_a_run_whose_pictures_are_gone_is_still_drawn() -> None:
    """A deleted run keeps its place between its parent and its children."""
    first = edit()
    second = edit(first.image)
    edit(second.image)
    inp.history().delete(second.job_id)
    node = inp.tree(first)[second.job_id]
    assert (node.status, len(node.children)) == ("deleted", 1)
    assert "deleted" in words_of(drawn(inp.tree(first)))


@given(st.lists(st.integers(0, 1000), max_size=40))
def test_nodes_do_not_overlap(choices: list[int]) -> None:
    """Each node has a place of its own; children stand one column further, in the rows between their brothers'."""
    children: dict[str, list[str]] = {"0": []}
    for number, choice in enumerate(choices, 1):
        children[str(choice % number)].append(str(number))
        children[str(number)] = []
    placed = places("0", children.__getitem__)
    assert len(set(placed.at.values())) == len(children)
    for parent, below in children.items():
        column, row = placed.at[parent]
        assert all(placed.at[child][0] == column + 1 for child in below)
        if below:
            assert placed.at[below[0]][1] <= row <= placed.at[below[-1]][1]
    rows = {}
    for column, row in placed.at.values():
        rows.setdefault(column, []).append(row)
    assert all(
        abs(a - b) >= 1
        for each in rows.values()
        for a, b in zip(sorted(each), sorted(each)[1:], strict=False)
    )


def test_a_long_line_is_no_deep_recursion() -> None:
    """A line of thousands of runs can be laid out."""
    placed = places("0", lambda key: [str(int(key) + 1)] if int(key) < 5000 else [])
    assert (placed.columns, placed.rows) == (5001, 1)
