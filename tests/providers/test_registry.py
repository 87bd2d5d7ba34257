"""Finding providers: by name, configured, third parties', broken ones."""

from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest
from PIL import Image

from inpaint_nb.edit import Capabilities, EditRequest, FetchRequest, Finished, ImagineRequest
from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.masks import Mask
from inpaint_nb.providers import estimate, options_of, registry


class Painter:
    """A provider as a third party writes it."""

    name: ClassVar[str] = "painter"
    capabilities: ClassVar[Capabilities] = Capabilities(note="paints it red", max_count=50, price="2 c")

    def __init__(self, api_key=None, brush="thin"):
        self.api_key = api_key
        self.brush = brush

    async def run(self, request, http):
        yield Finished((request.image,))

    async def resume(self, remote_id, request, http):
        yield Finished((request.image,))


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What a test registers is gone after it; beside that there is the local engine alone."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "OURS", {"local": registry.OURS["local"]})
    monkeypatch.setattr(registry, "entry_points", lambda group: [])


def test_local_is_there_and_is_the_default():
    """The local engine is found by name, and when no name is given."""
    assert registry.find("local").name == "local"
    assert registry.find(None).name == "local"


def test_an_unknown_name_is_refused_with_a_close_one_and_the_list():
    """A misspelt name names the one probably meant and all there are."""
    with pytest.raises(SettingsError) as caught:
        registry.find("locl")
    assert "Did you mean 'local'?" in str(caught.value)
    assert "There are: local" in str(caught.value)


def test_a_registered_class_is_found_and_a_later_one_replaces_it():
    """Registration gives the class back, so it is a decorator; the last of a name wins."""
    assert registry.register_provider(Painter) is Painter
    other = registry.register_provider(type("Other", (Painter,), {}))
    assert type(registry.find("painter")) is other


def test_a_configured_provider_is_taken_as_it_is():
    """An object of a provider goes where a name goes."""
    painter = Painter(brush="thick")
    assert registry.find(painter) is painter


@pytest.mark.parametrize("wrong", [Painter, 7, object()])
def test_what_is_no_provider_is_refused(wrong):
    """A class, or an object that lacks a story, is no provider."""
    with pytest.raises(InputError):
        registry.find(wrong)


@pytest.mark.parametrize(
    ("lacking", "word"),
    [
        ({"name": ""}, "name"),
        ({"name": "two words"}, "name"),
        ({"capabilities": {}}, "capabilities"),
        ({"run": None}, "run"),
        ({"resume": None}, "resume"),
    ],
)
def test_registration_names_what_is_lacking(lacking, word):
    """A class that cannot be a provider is refused, naming the first thing it lacks."""
    with pytest.raises(InputError, match=f"lacks `{word}`"):
        registry.register_provider(type("Broken", (Painter,), lacking))


def test_a_story_that_is_no_generator_is_refused():
    """An `async def` without `yield` would fail at its first run, so it is refused at once."""

    async def run(self, request, http):
        return None

    with pytest.raises(InputError, match="async generator"):
        registry.register_provider(type("Broken", (Painter,), {"run": run}))


def test_registering_an_object_is_refused():
    """The class is registered, not an object of it."""
    with pytest.raises(InputError, match="not a class"):
        registry.register_provider(Painter())


def test_options_configure_a_provider():
    """`provider(name, …)` gives a provider with these options."""
    registry.register_provider(Painter)
    painter = registry.provider("painter", api_key="k", brush="thick")
    assert (painter.api_key, painter.brush) == ("k", "thick")


def test_an_option_that_is_not_there_names_those_that_are():
    """An unknown option, a base URL included, is refused with the list."""
    registry.register_provider(Painter)
    with pytest.raises(InputError, match="no option 'base_url'") as caught:
        registry.provider("painter", base_url="http://x")
    assert "It has api_key, brush." in str(caught.value)


def test_a_third_partys_entry_point_is_a_door_like_ours(monkeypatch):
    """A class behind an entry point is found by its name and listed."""
    entry = EntryPoint("painter", f"{__name__}:Painter", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
    assert registry.find("painter").name == "painter"
    assert registry.names() == ["local", "painter"]


def test_a_broken_entry_point_is_listed_with_its_error_and_harms_nobody(monkeypatch):
    """A third party's package that cannot be loaded is a row of the table; ours goes on working."""
    entry = EntryPoint("broken", "no_such_package:Provider", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    table = registry.available_providers()
    assert "No module named 'no_such_package'" in repr(table)
    assert [row.name for row in table] == ["broken", "local"]
    assert registry.find("local").name == "local"
    with pytest.raises(SettingsError, match="'broken' cannot be loaded"):
        registry.find("broken")


def test_stale_metadata_cannot_hide_our_own(monkeypatch):
    """An entry point of our name that leads nowhere is not used."""
    stale = EntryPoint("local", "inpaint_nb.old:Local", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [stale])
    assert registry.find("local").name == "local"


def test_the_table_shows_every_column_as_text_and_html():
    """The table has a header, a row for each provider, and escapes what third parties wrote."""
    loud = Capabilities(note="<b>bold</b>")
    registry.register_provider(type("Loud", (Painter,), {"name": "loud", "capabilities": loud}))
    table = registry.available_providers()
    assert repr(table).splitlines()[0].split("  ")[0] == "name"
    assert "ignores the prompt" in repr(table)
    assert "&lt;b&gt;bold" in table._repr_html_()
    assert (len(table), table[0].name, table.names) == (2, "local", ["local", "loud"])


def test_a_refusal_names_who_can():
    """A request that one provider cannot take names the others that can."""
    registry.register_provider(Painter)
    picture = Image.new("RGB", (9, 9))
    with pytest.raises(InputError, match="Providers that can: painter"):
        registry.check_request(EditRequest(picture, Mask.full((9, 9)), count=20), registry.find("local"))


def test_a_missing_ability_is_refused_with_who_has_it():
    """`refuse` says what the provider does not do, and who does."""
    assert "None of the installed" in str(registry.refuse("local", "makes pictures", "makes_pictures"))
    able = Capabilities(note="", makes_pictures=True)
    registry.register_provider(type("Able", (Painter,), {"name": "able", "capabilities": able}))
    assert "Providers that can: able." in str(registry.refuse(None, "makes pictures", "makes_pictures"))


def test_a_provider_is_configured_again_from_its_options():
    """The options that a provider names bring back one like it; where they no longer fit, that is said."""
    smooth = registry.provider("local", engine="smooth")
    assert registry.configured("local", options_of(smooth)).engine == "smooth"
    with pytest.raises(SettingsError, match="no longer takes the options"):
        registry.configured("local", {"brush": "thin"})


def test_options_and_estimates_are_not_asked_of_providers_that_have_none():
    """A third party's provider without them is recorded without options and costs nobody knows what."""
    assert options_of(Painter()) == {}
    assert estimate(Painter(), ImagineRequest("a fox")) is None
    assert estimate(Painter(), FetchRequest("7")) == 0
    assert estimate(registry.find("local"), ImagineRequest("a fox")) == 0


def test_the_local_engine_does_nothing_but_edits():
    """First pictures, buttons and pictures by id are refused, with who can."""
    registry.register_provider(
        type("Able", (Painter,), {"capabilities": Capabilities(note="", makes_pictures=True)})
    )
    with pytest.raises(InputError, match=r"no provider that makes a first picture .*\n.*can: painter"):
        registry.check_request(ImagineRequest("a fox"), registry.find("local"))
    with pytest.raises(InputError, match="None of the installed"):
        registry.check_request(FetchRequest("7"), registry.find("local"))
