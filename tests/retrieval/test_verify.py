"""`docagent index --verify`, and caches of another version."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from docagent.cli import run
from retrieval.corpus import Corpus
from retrieval.store.cache import MANIFEST, Cache, checksums

pytestmark = pytest.mark.usefixtures("loaded")
Damage = Callable[[Path], None]
Capture = pytest.CaptureFixture[str]
QUERY = "Who rebuilt the ice house?"


def sealed(folder: Path) -> None:
    """Give an entry checksums that fit, as a fault in the program would."""
    (folder / MANIFEST).write_text(json.dumps(checksums(folder)), "utf-8")


def entry(cache: Path, kind: str) -> Path:
    return next(iter(Cache(cache).entries(kind)))


def half_the_vectors(cache: Path) -> None:
    file = entry(cache, "vectors") / "vectors.f16"
    file.write_bytes(file.read_bytes()[:100])
    sealed(file.parent)


def long_vectors(cache: Path) -> None:
    file = entry(cache, "vectors") / "vectors.f16"
    file.write_bytes((np.fromfile(file, np.float16) * 2).tobytes())
    sealed(file.parent)


def short_text(cache: Path) -> None:
    file = entry(cache, "documents") / "text.txt"
    file.write_bytes(file.read_bytes()[:20])
    sealed(file.parent)


def no_terms(cache: Path) -> None:
    (entry(cache, "documents") / "terms.json").write_text("[]", "utf-8")
    sealed(entry(cache, "documents"))


def changed_byte(cache: Path) -> None:
    file = next(iter(entry(cache, "lexical").glob("*/*.store")))
    data = bytearray(file.read_bytes())
    data[3] ^= 1
    file.write_bytes(data)


def lost_passages(cache: Path) -> None:
    file = entry(cache, "lexical") / "state.json"
    state = json.loads(file.read_text("utf-8").partition("\n")[2])
    state["passages"]["0"] += 1
    text = json.dumps(state)
    file.write_text(f"{zlib.crc32(text.encode())}\n{text}", "utf-8")


DAMAGES = [half_the_vectors, long_vectors, short_text, no_terms, changed_byte, lost_passages]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_and_removed(
    town: Path, cache: Path, capsys: Capture, damage: Damage
) -> None:
    wanted = Corpus.open([town]).search(QUERY)
    assert run(["index", "--verify"]) == 0
    assert capsys.readouterr().out == "All that is stored is whole.\n"
    damage(cache)
    assert run(["index", "--verify", str(town)]) == 1
    assert "removed, the next use builds it again" in capsys.readouterr().out
    assert run(["index", "--verify"]) == 0
    assert Corpus.open([town]).search(QUERY) == wanted


def test_an_older_cache_is_swept_and_what_is_not_ours_is_left(
    town: Path, cache: Path, capsys: Capture
) -> None:
    key = "0123456789abcdef0123456789abcdef01234567"
    for old in (f"documents/{key}", f"vectors/{key}-0", f"lexical/{key}", "index-1/documents/x"):
        (cache / old).mkdir(parents=True)
        (cache / old / "a").write_text("old", "utf-8")
    mine = cache / "documents" / "letter.txt"
    mine.write_text("mine", "utf-8")
    newer = cache / "index-99" / "documents"
    newer.mkdir(parents=True)
    assert run(["search", str(town), QUERY]) == 0
    assert "written by an older docagent" in capsys.readouterr().err
    assert not [path for path in cache.rglob("a") if path.read_text("utf-8") == "old"]
    assert mine.exists()
    assert newer.exists()
    assert run(["search", str(town), QUERY]) == 0
    assert capsys.readouterr().err == ""


def test_a_newer_entry_is_not_read(town: Path, cache: Path) -> None:
    Corpus.open([town])
    shutil.move(Cache(cache).root, cache / "index-99")
    assert Corpus.open([town]).search(QUERY)
    assert (cache / "index-99").is_dir()
