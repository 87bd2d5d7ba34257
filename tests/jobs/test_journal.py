"""What a job leaves on disk, and what happens when the disk refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from stories import MASK, Failing, Gated, Paid, Story, Talkative, picture, run

from inpaint_nb.edit import EditRequest, Event, Finished, Notice
from inpaint_nb.errors import JobFailed, StoreError
from inpaint_nb.http import Client
from inpaint_nb.images import digest
from inpaint_nb.jobs import submit
from inpaint_nb.masks import Mask
from inpaint_nb.session import Session
from inpaint_nb.store import Record, open_store


def record_of(job_id: str) -> Record:
    return open_store().record(job_id)


def test_a_job_is_on_disk_before_its_request_leaves() -> None:
    """When the story starts, the store has the job, its picture and its mask."""
    seen: list[Record] = []

    class Looks(Story):
        async def run(self, request: EditRequest, http: Client):
            seen.extend(open_store().records())
            async for event in super().run(request, http):
                yield event

    job = run(Looks(), seed=5)
    result = job.result(timeout=10)
    (record,) = seen
    assert (record.id, record.status, record.provider, record.prompt) == (
        job.id,
        "submitting",
        "story",
        "a fox",
    )
    assert (record.parent, record.mask, record.seed) == (digest(result.parent), MASK.digest, 5)
    assert open_store().picture(record.parent).tobytes() == result.parent.tobytes()


def test_the_remote_id_is_on_disk_before_anyone_waits() -> None:
    """While the provider works, the store knows under which id."""
    provider = Gated()
    job = run(provider)
    provider.reached.result(timeout=10)
    assert record_of(job.id).remote_id == "remote-2"
    provider.open()
    job.result(timeout=10)


def test_events_are_on_disk_in_order() -> None:
    """Each event is journalled with its kind and what it said, pictures left out."""
    job = run(Talkative())
    job.result(timeout=10)
    events = open_store().events(job.id)
    kinds = ["Submitted", "Queued", "Progress", "Preview", "Preview", "Notice", "Progress", "Finished"]
    assert [event.kind for event in events] == kinds
    assert events[2].said == {"stage": "drawing", "fraction": 0.25}
    assert [event.time for event in events] == sorted(event.time for event in events)


def test_a_result_is_recoverable_bit_for_bit() -> None:
    """Parent, mask, pictures and report of a done job come back from the store as they were."""
    result = run(Talkative(), feather_px=2, feather="ring").result(timeout=10)
    store, record = open_store(), record_of(result.job_id)
    assert [store.picture(name).tobytes() for name in record.composited] == [result.image.tobytes()]
    assert [store.picture(name).tobytes() for name in record.raw] == [result.raw[0].tobytes()]
    assert type(result.mask).from_record(record.operations).digest == result.mask.digest == record.mask
    assert record.reports[0]["changed_inside"] == result.report.changed_inside
    assert (record.status, record.cost, record.remote, record.actions) == (
        "done",
        3.0,
        {"seed": 11},
        ("U1", "V1"),
    )
    assert (record.feather_px, record.feather, record.notes) == (2, "ring", ("slow today",))
    assert record.is_finished


def test_a_failure_is_recorded_in_its_words() -> None:
    """The error's type, text and hint are in the store, and so is a cancel."""
    failed = run(Failing(JobFailed("no luck", "try again")))
    failed.exception(timeout=10)
    record = record_of(failed.id)
    assert (record.status, record.error_type, record.error_text, record.error_hint) == (
        "failed",
        "JobFailed",
        "no luck",
        "try again",
    )
    provider = Gated()
    cancelled = run(provider)
    provider.reached.result(timeout=10)
    cancelled.cancel()
    cancelled.exception(timeout=10)
    assert record_of(cancelled.id).status == "cancelled"


def test_a_folder_that_cannot_be_made_costs_no_result(tmp_path: Path) -> None:
    """Where the store cannot be written the job still ends in its result, with one notice that says why."""
    (tmp_path / "file").write_text("in the way")
    result = run(Talkative(), store=tmp_path / "file" / "store").result(timeout=10)
    notes = [note for note in result.notes if "not recorded" in note]
    assert len(notes) == 1
    assert str(tmp_path / "file" / "store") in notes[0]
    assert result.report.changed_outside == 0


def test_a_damaged_database_is_reported_and_blocks_nothing(tmp_path: Path) -> None:
    """Beside a ledger that is no database the job runs, is recorded in a new one, and says where the old one lies."""
    damaged = tmp_path / "ledger.sqlite"
    damaged.write_bytes(b"not a database at all" * 100)
    job = run(Story(), store=tmp_path)
    assert job.result(timeout=10)
    (note,) = (event.text for event in job.events if isinstance(event, Notice))
    assert "was damaged" in note
    assert str(damaged) in note
    assert [record.id for record in open_store(tmp_path).records()] == [job.id]
    assert damaged.read_bytes() == b"not a database at all" * 100


def test_a_paid_job_that_cannot_be_recorded_is_not_sent(tmp_path: Path) -> None:
    """What costs something is never sent unrecorded: StoreError, and the provider was not asked."""
    (tmp_path / "file").write_text("in the way")
    provider = Paid()
    error = run(provider, store=tmp_path / "file" / "store").exception(timeout=10)
    assert isinstance(error, StoreError)
    assert "Nothing was sent" in error.message
    assert provider.asked == 0


def test_a_paid_job_is_recorded_and_sent_once() -> None:
    """With a working store a paid provider is asked once."""
    provider = Paid()
    assert run(provider).result(timeout=10)
    assert provider.asked == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the limit that stands for a full disk is POSIX")
def test_a_disk_that_fills_up_costs_no_result(tmp_path: Path) -> None:
    """When no file may grow any more, in the middle of a job, its result still comes, with a notice."""
    code = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from stories import Gated, run
provider = Gated()
job = run(provider)
provider.reached.result(timeout=10)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
provider.open()
result = job.result(timeout=20)
assert result.report.changed_outside == 0
assert len(result.notes) == 1 and "not recorded" in result.notes[0], result.notes
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_secret_enters_the_store() -> None:
    """A provider's own settings stay out of the store: only what was asked is recorded."""

    class Keyed(Story):
        def __init__(self) -> None:
            self.api_key = "sk-very-secret"

    run(Keyed()).result(timeout=10)
    store = open_store()
    store.close()
    written = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert b"sk-very-secret" not in written
    assert b"a fox" in written
    assert picture().size == (24, 16)


def test_a_result_is_shown_before_it_is_recorded_and_waited_for_until_it_is() -> None:
    """Who shows a result hears of it when the store has no end of the job; who waits for it, when the store has it."""
    provider, statuses = Gated(), []
    job = run(provider)
    job.on_result(lambda result: statuses.append((record_of(job.id).status, result.image.size, job.done())))
    provider.open()
    result = job.result(timeout=10)
    assert statuses == [("submitting", (24, 16), False)]
    assert record_of(job.id).status == "done"
    late: list[object] = []
    job.on_result(late.append)
    assert late == [result]


def test_a_session_shows_a_result_before_it_is_recorded() -> None:
    """When its views hear of a result the pictures are there, and the store does not have the end yet; then it has."""
    provider = Gated()
    session = Session(picture(), mask=MASK, provider=provider)
    heard: list[tuple[int, str]] = []
    job = session.run()
    session.on_change(
        lambda change: (
            heard.append((len(session.images), record_of(job.id).status)) if change == "result" else None
        )
    )
    provider.open()
    result = job.result(timeout=10)
    assert heard == [(1, "submitting")]
    assert session.result_of(job) is session.result is result
    assert record_of(job.id).status == "done"


def test_a_failing_viewer_costs_nobody_the_result() -> None:
    """What a viewer raises is logged; the job ends as it would."""
    provider = Gated()
    job = run(provider)
    job.on_result(lambda result: 1 / 0)
    provider.open()
    job.result(timeout=10)
    assert record_of(job.id).status == "done"


def test_a_large_picture_of_a_free_job_is_kept_by_the_end() -> None:
    """The picture may be written while a free provider works, and is on disk when the job is done."""
    large = Image.effect_noise((1200, 1000), 60)
    result = submit(large, Mask.rectangle(large.size, (5, 5, 40, 40)), provider=Mirrors()).result(timeout=30)
    store, record = open_store(), record_of(result.job_id)
    assert store.picture(record.parent).tobytes() == large.tobytes()
    assert store.picture(record.composited[0]).tobytes() == result.image.tobytes()
    assert not store.files.has(record.composited[0])  # only what changed is encoded


class Mirrors(Story):
    """Gives the picture back, turned upside down."""

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Finished((request.image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),))
