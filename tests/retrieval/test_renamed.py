"""A file under another name: nothing is read or embedded again; what hangs on the name is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.parse import open as reading
from retrieval.store import cache as layout
from retrieval.store import documents
from retrieval.store.cache import Cache
from retrieval.store.inventory import Inventory
from retrieval.store.passage_index import PassageIndex

TEXT = "The mill stands by the weir and has four wheels. The miller is called Ada Lund.\n"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read and embedded from now on."""
    done: list[str] = []
    encode, read = Encoder.encode, reading.read

    def counted(self: Encoder, texts: list[str]) -> object:
        done.extend(texts)
        return encode(self, texts)

    def noted(path: Path, *rest: object) -> object:
        done.append(path.name)
        return read(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Encoder, "encode", counted)
    monkeypatch.setattr(documents, "read", noted)
    return done


def opened(path: Path, cache: Path) -> Corpus:
    corpus = Corpus.open(path, cache=cache)
    corpus.complete()
    return corpus


def test_nothing_is_done_again(tmp_path: Path, cache: Path, work: list[str]) -> None:
    old, new = tmp_path / "MillReport_2019.txt", tmp_path / "WeirTrust_2023Q3.txt"
    old.write_text(TEXT)
    first = opened(old, cache)
    assert work == [old.name, TEXT.strip()]  # the name is no part of what is embedded
    before = first.search("Who is the miller?", k=1)[0]
    old.rename(new)
    work.clear()
    second = opened(new, cache)
    assert work == []
    after = second.search("Who is the miller?", k=1)[0]
    assert (after.text, after.start, after.cosine) == (before.text, before.start, before.cosine)
    assert after.document == new.name and second.document(new.name).title == "WeirTrust 2023Q3"
    assert isinstance(second._index, PassageIndex)
    [profile] = second._index.profiles.profiles
    assert "weirtrust" in profile.title and profile.quarters == {"3": 1.0}
    assert "2019" not in profile.years


def test_a_title_of_its_own_is_embedded_and_stays(
    tmp_path: Path, cache: Path, work: list[str]
) -> None:
    old, new = tmp_path / "a.md", tmp_path / "b.md"
    old.write_text(f"# The weir\n\n{TEXT}")
    opened(old, cache)
    assert work[-1].startswith("The weir > The weir\n")
    old.rename(new)
    work.clear()
    assert opened(new, cache).document("b.md").title == "The weir" and not work


def test_the_list_follows_files_and_their_copies(tmp_path: Path, cache: Path) -> None:
    old, new, copy = (tmp_path / name for name in ("a.txt", "b.txt", "c.txt"))
    old.write_text(TEXT)
    Corpus.open(old, cache=cache)
    old.rename(new)
    Corpus.open(new, cache=cache)
    inventory = Inventory(cache)
    assert [entry.source for entry in inventory.entries()] == [str(new)]
    copy.write_text(TEXT)
    Corpus.open([new, copy], cache=cache)
    assert [entry.source for entry in inventory.entries()] == [str(new), str(copy)]
    assert inventory.clear(copy) == 1 and inventory.entries() == []


def test_collections_outlive_the_layout(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT)
    Inventory(cache).collections.save("mills", file)
    monkeypatch.setattr(layout, "LAYOUT", layout.LAYOUT + 1)
    Cache(cache).sweep()
    assert Inventory(cache).collections.paths("mills") == [file]
    assert len(list(cache.glob("index-*"))) == 1
