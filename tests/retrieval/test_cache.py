"""What is in the cache is whole, or is built again; without a cache it goes as well."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.passage import Passage
from retrieval.store.cache import Cache
from retrieval.store.inventory import Inventory

pytestmark = pytest.mark.usefixtures("loaded")
QUERY = "Who rebuilt the ice house?"


def search(file: Path, cache: Path) -> list[Passage]:
    return Corpus.open([file], cache=cache).search(QUERY)


def leftovers(cache: Path) -> list[Path]:
    """Folders of entries that were begun and not finished."""
    return [path for path in cache.glob("index-*/*/.*") if path.is_dir()]


def truncate(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes() or b"\0")
    data[len(data) // 2] ^= 0x10
    file.write_bytes(data)


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, flip, empty, Path.unlink])
def test_a_damaged_file_of_any_entry_is_built_again(
    town: Path, cache: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    wanted = search(town, cache)
    whole = cache.with_name("whole")
    shutil.copytree(cache, whole)
    files = sorted(
        file.relative_to(cache)
        for file in cache.rglob("*")
        if file.is_file() and file.stat().st_size and file.suffix != ".lock"
    )
    assert {file.parts[1] for file in files} == {"documents", "vectors", "lexical"}
    for file in files:
        shutil.rmtree(cache)
        shutil.copytree(whole, cache)
        caplog.clear()
        damage(cache / file)
        assert search(town, cache) == wanted, file
        told = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        # Without its state, a word index is like one whose first writer was killed.
        if file.name != "state.json" or damage is not Path.unlink:
            assert len(told) == 1, (file, told)
            assert "damaged" in told[0]
        caplog.clear()
        assert search(town, cache) == wanted
        assert caplog.records == [], file


def test_the_cache_is_used(town: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = search(town, cache)

    def parse_again(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("retrieval.store.documents.read", parse_again)
    assert search(town, cache) == wanted


def test_a_full_disk_costs_the_cache_and_not_the_answer(
    town: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = search(town, cache.with_name("other"))
    for place in ("write_bytes", "write_text", "mkdir", "rename"):

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        caplog.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Path, place, full)
            assert search(town, cache) == wanted, place
        told = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        assert len(told) == 1, (place, told)
        assert "No space left on device" in told[0]
        assert leftovers(cache) == []
    assert search(town, cache) == wanted
    assert len(Inventory(cache).entries()) == 1


def test_a_cache_that_cannot_be_written(town: Path, caplog: pytest.LogCaptureFixture) -> None:
    wanted = search(town, town.with_name("other"))
    caplog.clear()
    assert search(town, town / "below" / "a file") == wanted  # root may write anywhere but here
    told = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(told) == 1
    assert "cannot be written" in told[0]


def test_an_entry_is_there_whole_or_not_at_all(cache: Path) -> None:
    store = Cache(cache)

    def fill(folder: Path) -> None:
        (folder / "a").write_bytes(b"1234")
        assert store.load("kind", "key") is None

    assert store.load("kind", "key") is None
    saved = store.save("kind", "key", fill)
    assert saved == store.load("kind", "key") == store.root / "kind" / "key"

    def fail(folder: Path) -> None:
        (folder / "a").write_bytes(b"5678")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.save("kind", "key", fail)
    assert leftovers(cache) == []
    assert (store.root / "kind" / "key" / "a").read_bytes() == b"1234"
    assert store.load("kind", "key")


def test_what_killed_runs_left_is_swept_after_a_day(cache: Path) -> None:
    root = Cache(cache).root
    old, fresh = root / "documents" / ".old.1", root / "documents" / ".fresh.2"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
    os.utime(old, (0, 0))
    Cache(cache).sweep()
    assert leftovers(cache) == [fresh]


def test_the_lock_keeps_others_out(cache: Path) -> None:
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with Cache(cache).lock("name"):
            inside.set()
            go.wait(10)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    threading.Timer(0.2, go.set).start()
    with Cache(cache).lock("name"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_clear_forgets_what_is_at_or_below_a_path(tmp_path: Path, cache: Path) -> None:
    for name in ("a/one.txt", "a/b/two.txt", "c/three.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"The text of {name} is short.", encoding="utf-8")
    Corpus.open([tmp_path / "a", tmp_path / "c"], cache=cache)
    inventory = Inventory(cache)
    assert [Path(e.source).name for e in inventory.entries()] == ["two.txt", "one.txt", "three.txt"]
    assert inventory.clear([str(tmp_path / "a")]) == 2
    assert [Path(e.source).name for e in inventory.entries()] == ["three.txt"]
    assert inventory.clear(None) == 1
    assert inventory.entries() == []
    assert [p for p in cache.rglob("*") if p.is_file() and p.suffix != ".lock"] == []
