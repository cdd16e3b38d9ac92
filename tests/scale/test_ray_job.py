"""A run of indexing with Ray left out: what is read, committed, removed and reported."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lancedb")

from retrieval.errors import DocumentError
from retrieval.progress import Progress
from retrieval.scale import job
from retrieval.scale.job import Report, index_on_ray
from retrieval.scale.manifest import Manifest
from retrieval.scale.sources import Source
from retrieval.scale.stages import Reading, Way, embed, read_source
from retrieval.store.lance import LanceStore, StoreError

NOTES = {"a.txt": "Ulla Brandt rebuilt the ice house.", "b.txt": "Nets dry until October."}


class Worker:
    """In place of Ray: reads the files here, and knows which it was asked for."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.killed_by: set[str] = set()

    def stream(
        self,
        ray: object,
        sources: Sequence[Source],
        known: Mapping[str, str],
        way: Way,
        alone: bool = False,
    ) -> Iterator[Reading]:
        for source in sources:
            name = Path(source.uri).name
            self.read.append(name)
            if name not in self.killed_by:
                reading = read_source(source.uri, known.get(source.uri, ""), way)
                yield from embed([reading], way, together=False)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    worker = Worker()
    monkeypatch.setattr(job, "ray_on", lambda where, workers: nullcontext())
    monkeypatch.setattr(job, "stream", worker.stream)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(LanceStore, "optimize", lambda store: None)  # seconds for each run
    return worker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    for name, text in NOTES.items():
        (root / name).write_text(text, "utf-8")
    return root


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"lance:{tmp_path / 'store'}"


def run(address: str, *paths: Path, **options: Any) -> Report:
    store = LanceStore.open(address)
    return index_on_ray(list(map(str, paths)), store, "ray", **options)


def contents(address: str) -> dict[str, list[str]]:
    """The passages of each file in a store."""
    store = LanceStore.open(address)
    rows = store.passages.to_arrow().sort_by([("number", "ascending")]).to_pylist()
    names = {key: Path(source).name for key, source in store.sources().items()}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for row in rows:
        found[names[row["document"]]].append(row["text"])
    return found


def test_a_second_run_reads_nothing(worker: Worker, folder: Path, address: str) -> None:
    told: list[Progress] = []
    report = run(address, folder, emit=told.append)
    assert (report.files, report.documents, report.passages) == (2, 2, 2)
    assert contents(address) == {name: [text] for name, text in NOTES.items()}
    assert told[-2:] == [
        Progress("index", 2, 2, "documents"),
        Progress("tokens", report.tokens, report.tokens, "tokens"),
    ]
    worker.read.clear()
    again = run(address, folder)
    assert worker.read == []
    assert (again.unchanged, again.documents) == (2, 0)


def test_what_changed_is_read_and_what_is_gone_is_removed(
    worker: Worker, folder: Path, address: str
) -> None:
    run(address, folder)
    (folder / "a.txt").write_text("The ice house burnt down.", "utf-8")
    (folder / "b.txt").unlink()
    (folder / "c.txt").write_text("Boats report by radio.", "utf-8")
    worker.read.clear()
    report = run(address, folder)
    assert worker.read == ["a.txt", "c.txt"]
    assert (report.documents, report.removed, report.unchanged) == (2, 1, 0)
    assert contents(address) == {
        "a.txt": ["The ice house burnt down."],
        "c.txt": ["Boats report by radio."],
    }


def test_a_file_that_was_only_touched_is_not_embedded_again(
    worker: Worker, folder: Path, address: str
) -> None:
    run(address, folder)
    (folder / "a.txt").touch()
    report = run(address, folder)
    assert (report.documents, report.tokens, report.unchanged) == (0, 0, 1)
    assert contents(address) == {name: [text] for name, text in NOTES.items()}
    worker.read.clear()
    run(address, folder)
    assert worker.read == []


def test_other_folders_of_the_store_stay(worker: Worker, folder: Path, address: str) -> None:
    other = folder.parent / "other"
    other.mkdir()
    (other / "o.txt").write_text("Another folder.", "utf-8")
    run(address, folder, other)
    (folder / "a.txt").unlink()
    run(address, folder)
    assert set(contents(address)) == {"b.txt", "o.txt"}


def test_the_same_file_in_two_folders_is_kept_until_both_are_gone(
    worker: Worker, folder: Path, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "copy").mkdir()
    copy = folder / "copy" / "a.txt"
    copy.write_text(NOTES["a.txt"], "utf-8")
    run(address, folder)
    assert caplog.messages == [f"{copy} is a copy of another file, which has its words."]
    assert set(contents(address)) == {"a.txt", "b.txt"}
    copy.unlink()
    run(address, folder)
    assert set(contents(address)) == {"a.txt", "b.txt"}
    (folder / "a.txt").unlink()
    run(address, folder)
    assert set(contents(address)) == {"b.txt"}


def test_nothing_is_removed_when_the_listing_fails(
    worker: Worker, folder: Path, address: str
) -> None:
    run(address, folder)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(DocumentError, match="holds no file"):
        run(address, folder)
    folder.rmdir()
    with pytest.raises(DocumentError, match="does not exist"):
        run(address, folder)
    assert set(contents(address)) == set(NOTES)


def test_a_bad_file_costs_one_line_and_is_read_once(
    worker: Worker, folder: Path, address: str
) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    report = run(address, folder)
    assert list(report.left_out) == [str(folder / "bad.pdf")]
    assert set(contents(address)) == set(NOTES)
    worker.read.clear()
    assert run(address, folder).left_out == report.left_out
    assert worker.read == []


def test_a_file_whose_worker_dies_is_tried_alone_then_named(
    worker: Worker, folder: Path, address: str
) -> None:
    worker.killed_by = {"a.txt"}
    report = run(address, folder)
    assert worker.read == ["a.txt", "b.txt", "a.txt"]
    assert list(report.left_out) == [str(folder / "a.txt")]
    assert set(contents(address)) == {"b.txt"}
    worker.killed_by = set()
    assert run(address, folder).documents == 1


@pytest.mark.parametrize("step", ["remove", "add", "append"])
def test_a_run_killed_in_a_commit_goes_on(
    worker: Worker, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run(address, folder)
    (folder / "a.txt").write_text("The ice house burnt down.", "utf-8")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Manifest if step == "append" else LanceStore, step, killed)
        run(address, folder)
    run(address, folder)
    assert contents(address) == {"a.txt": ["The ice house burnt down."], "b.txt": [NOTES["b.txt"]]}


def test_a_store_that_is_away_for_a_while_is_waited_for(
    worker: Worker,
    folder: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add, failures = LanceStore.add, [StoreError("gone"), OSError("gone")]

    def flaky(store: LanceStore, batch: Any) -> int:
        if failures:
            raise failures.pop()
        return add(store, batch)

    monkeypatch.setattr(LanceStore, "add", flaky)
    with caplog.at_level(logging.INFO, "docagent"):
        assert run(address, folder).documents == 2
    assert [record.getMessage() for record in caplog.records] == ["Trying again: gone"] * 2
    assert set(contents(address)) == set(NOTES)


def test_another_way_of_reading_reads_again(worker: Worker, folder: Path, address: str) -> None:
    run(address, folder)
    worker.read.clear()
    run(address, folder, password="secret")
    assert worker.read == list(NOTES)
