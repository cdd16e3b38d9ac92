"""What the cache holds, for people: a list of the documents, and forgetting them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from retrieval.store.cache import Cache


@dataclass(frozen=True, slots=True)
class Entry:
    """One cached document: where it came from and what it takes on disk (bytes)."""

    key: str
    source: str
    pages: int
    passages: int
    size: int


class Shelf:
    """The documents in a cache folder."""

    def __init__(self, root: Path) -> None:
        self.cache = Cache(root)

    def entries(self) -> list[Entry]:
        """All indexed documents, by source; damaged entries are left out and removed."""
        found = []
        for folder in self.cache.entries("documents"):
            if self.cache.load("documents", folder.name) is None:
                continue
            told = json.loads((folder / "document.json").read_text("utf-8"))
            parts = [folder, *self.cache.root.glob(f"vectors/{folder.name}-*")]
            size = sum(file.stat().st_size for part in parts for file in part.iterdir())
            pages, passages = len(told["document"]["pages"]), len(told["chunks"])
            found.append(Entry(folder.name, told["source"], pages, passages, size))
        return sorted(found, key=lambda entry: entry.source)

    def clear(self, paths: list[str] | None) -> int:
        """Forget the documents at or below these paths (all without any); how many they were.

        Word indexes go too: they cover sets of documents and are built again in a moment.
        """
        roots = [Path(path).absolute() for path in paths] if paths else None
        gone = 0
        for entry in self.entries():
            source = Path(entry.source)
            if roots is None or any(source == root or root in source.parents for root in roots):
                self.cache.remove("documents", entry.key)
                for vectors in self.cache.root.glob(f"vectors/{entry.key}-*"):
                    self.cache.remove("vectors", vectors.name)
                gone += 1
        for lexical in self.cache.entries("lexical"):
            self.cache.remove("lexical", lexical.name)
        return gone
