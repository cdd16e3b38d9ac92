"""What is in the cache: a list of the documents, and a way to remove them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retrieval.files import Paths, is_below, matches_of, path_list
from retrieval.store import documents, sources, vectors, word_index
from retrieval.store.cache import Cache
from retrieval.store.collections import MARK, Collections


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached document: where it lies and what it takes on disk (bytes), copies together."""

    key: str
    source: str
    pages: int
    passages: int
    size: int


class Inventory:
    """The documents in a cache folder."""

    def __init__(self, root: Path) -> None:
        self.cache = Cache(root)
        self.collections = Collections(self.cache)

    def entries(self) -> list[Entry]:
        """All indexed documents, by source; damaged entries are left out and removed."""
        entries = []
        for folder in self.cache.entries(documents.KIND):
            document = documents.load(self.cache, folder.name)
            if document is not None:
                key = document.key
                size = sum(map(_size, [folder, *vectors.parts(self.cache, key)]))
                entries += [
                    Entry(key, source, document.page_count, len(document), size)
                    for source in sources.known(folder, document.source)
                ]
        return sorted(entries, key=lambda entry: entry.source)

    def size(self) -> int:
        """Bytes of all documents, vectors and word indexes."""
        return _size(self.cache.root)

    def clear(self, paths: Paths | None = None) -> int:
        """Forget the documents at or below these paths (all without any); how many they were.

        `@name` forgets the collection, and its documents if no other collection has them. Word
        indexes go too: they cover sets of documents and are built again in a moment.
        A collection's store is emptied if the collection is named; without any it is kept.
        """
        names = [str(path) for path in path_list(paths or ())]
        spared: list[Path] = []
        roots: list[Path] = []
        cleared = 0
        for path in names or [MARK + name for name in self.collections.names()]:
            name = path.removeprefix(MARK)
            if name == path:
                roots += matches_of(Path(path).absolute())
                continue
            if uri := self.collections.store(name):
                cleared += self._clear_store(uri) if names else 0
            else:
                roots += self._files(name)
            self.collections.forget(name)
            spared = [p for other in self.collections.names() for p in self._files(other)]
        entries = [(entry.key, Path(entry.source)) for entry in self.entries()]
        gone = {key for key, source in entries if not names or is_below(source, roots)}
        gone -= {key for key, source in entries if names and is_below(source, spared)}
        for key in gone:
            self.cache.remove(documents.KIND, key)
            for part in vectors.parts(self.cache, key):
                self.cache.remove(vectors.KIND, part.name)
        for lexical in self.cache.entries(word_index.KIND):
            self.cache.remove(word_index.KIND, lexical.name)
        return cleared + len(gone)

    def _clear_store(self, uri: str) -> int:
        from retrieval.store.lance import LanceStore

        store = LanceStore.open(uri)
        count = len(store)
        store.clear()
        return count

    def _files(self, name: str) -> list[Path]:
        if self.collections.store(name):
            return []  # its documents are not in the cache
        return [match for path in self.collections.paths(name) for match in matches_of(path)]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
