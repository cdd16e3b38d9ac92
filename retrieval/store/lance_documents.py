"""The documents of a store: their names, what they are called by, and one of them whole."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from math import log
from pathlib import Path, PurePath
from typing import Any

from retrieval.errors import DocAgentError
from retrieval.files import document_names
from retrieval.lexical.profile import Profile, TextProfile, profile
from retrieval.lexical.profiles import Match, beginnings, period
from retrieval.store.documents import IndexedDocument
from retrieval.store.lance import one_of, told
from retrieval.store.lance_tables import BEGINNING, indexed_document
from retrieval.store.lance_words import holders

_OPEN = 16  # documents kept with their text
_CANDIDATES = 200  # documents whose profiles are looked at
_COUNTED = 2000  # holders of a key that are counted at least
_SHARE = 100  # and one in so many documents: a name that more of them have tells little
_SAMPLES = 5
_LISTED = ["key", "source", "unit", "pages", "passages", "warnings"]
_PROFILE = ["key", "source", "title", "profile"]


class LanceDocuments:
    """The table of documents, at one version. Threads may share it."""

    def __init__(self, uri: str, table: Any) -> None:
        self._uri, self._table = uri, table
        self._only: list[str] | None = None
        self._where = ""
        self._names: dict[str, str] = {}
        self._open: OrderedDict[str, IndexedDocument] = OrderedDict()
        self._opening = threading.Lock()
        self._holders: dict[str, int] = {}
        self.trusts: dict[tuple[str, bool], float] = {}
        """How far cosines count on them, by model and whether it is asked across languages."""

    def within(self, keys: Collection[str]) -> LanceDocuments:
        """These documents alone, under the names that they have among all."""
        some = copy(self)
        for counted in ("total", "passages", "languages", "names"):
            some.__dict__.pop(counted, None)
        some._only, some._where = list(keys), one_of("key", keys)
        some._holders, some.trusts = {}, {}
        return some

    @cached_property
    def total(self) -> int:
        """How many there are."""
        with told(self._uri):
            return int(self._table.count_rows(self._where or None))

    @cached_property
    def passages(self) -> int:
        """How many passages they have."""
        return sum(self._rows(["passages"])["passages"].to_pylist())

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that they are mostly in; English where it cannot be told."""
        codes = self._rows(["language"])["language"].unique().to_pylist()
        return frozenset(code or "en" for code in codes)

    @cached_property
    def names(self) -> list[str]:
        """What passages call all of them: for a million, a few seconds and 200 MB."""
        if self._only is not None:
            return list(self.names_of(self._only).values())
        sources = self._rows(["source"])["source"].to_pylist()
        return list(document_names([Path(source) for source in sorted(set(sources))]))

    def names_of(self, keys: Iterable[str]) -> dict[str, str]:
        """The names of documents by key; without those that are not here."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._names]
        if missing:
            rows = self._rows(["name"], one_of("key", missing), every=True)
            self._name(set(rows["name"].to_pylist()))
        return {key: self._names[key] for key in wanted if key in self._names}

    def key_of(self, document: str | Path) -> str:
        """The key of a document, by its name or path. Raises DocAgentError if it is not here."""
        found = self._name({PurePath(document).name})
        absolute = str(Path(document).absolute())
        for key, source in found.items():
            here = self._only is None or key in self._only
            if here and (str(document) in (self._names[key], source) or source == absolute):
                return key
        raise DocAgentError(f"{document} is not among the {self.total:,} documents of this store.")

    def keys_of(self, names: Collection[str]) -> dict[str, str]:
        """The keys of documents by their names; without those that are not here."""
        found = self._name({PurePath(name).name for name in names})
        return {self._names[key]: key for key in found if self._names[key] in names}

    def listed(self, start: int, most: int) -> list[dict[str, Any]]:
        """What there is to tell of some documents in a list, in the order they were added."""
        query = self._table.search().select(_LISTED).offset(start).limit(most)
        with told(self._uri):
            return list(query.to_arrow().to_pylist()) if most else []

    def source(self, name: str) -> str:
        """The path or address of a document. Raises DocAgentError if it is not here."""
        row = self._rows(["source"], one_of("key", [self.key_of(name)]))
        return str(row["source"][0].as_py())

    def indexed(self, key: str) -> IndexedDocument:
        """A document with its text. Raises DocAgentError if it is not here."""
        with self._opening:
            if key not in self._open:
                rows = self._rows(None, one_of("key", [key]), 1).to_pylist()
                if not rows:
                    raise DocAgentError("The document is no longer in the store.")
                self._open[key] = indexed_document(rows[0])
            self._open.move_to_end(key)
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return self._open[key]

    def samples(self) -> dict[str, str]:
        """The texts of a few documents, by name."""
        rows = self._rows(["key", "text"], limit=_SAMPLES).to_pylist()
        names = self.names_of(row["key"] for row in rows)
        return {names[row["key"]]: row["text"] for row in rows}

    def matches(
        self, names: Sequence[str], years: Sequence[str], quarters: Sequence[str], latest: bool
    ) -> Mapping[str, Match]:
        """How documents fit what a question names (see `Profiles.matches`), by key.

        Only those that have one of the names are looked at, the best of them by BM25; for the
        latest document also the newest of all.
        """
        found = self._called(names) | (self._newest() if latest else {})
        if self.total < 2:
            return {}
        rarity = self._rarities(names, found.values())
        year = max(years, default="")
        return {
            key: Match(
                max((rarity.get(name, 0.0) for name in one.title), default=0.0),
                max((rarity.get(name, 0.0) for name in one.names), default=0.0),
                one.years.get(year, 0.0),
                max((one.quarters.get(q, 0.0) for q in quarters), default=0.0),
                self._newness(one) if latest else 0.0,
            )
            for key, one in found.items()
        }

    def _rows(
        self,
        columns: list[str] | None,
        where: str = "",
        limit: int | None = None,
        every: bool = False,
    ) -> Any:
        """Rows of these documents, or of `every` one."""
        limits = " AND ".join(filter(None, (where, "" if every else self._where)))
        query = self._table.search().limit(limit)
        query = query.where(limits) if limits else query
        with told(self._uri):
            return (query.select(columns) if columns else query).to_arrow()

    def _name(self, last: Collection[str]) -> dict[str, str]:
        """Name the documents whose path ends so; their sources by key."""
        rows = self._rows(["key", "source"], one_of("name", last), every=True)
        sources = dict(zip(rows["key"].to_pylist(), rows["source"].to_pylist(), strict=True))
        named = document_names([Path(source) for source in sorted(set(sources.values()))])
        by_path = {path: name for name, path in named.items()}
        self._names |= {key: by_path[Path(source)] for key, source in sources.items()}
        return sources

    def _called(self, names: Sequence[str]) -> dict[str, Profile]:
        """The profiles of documents that have one of these keys, or one that begins so."""
        from lancedb.query import MatchQuery

        if not names:
            return {}
        keys = " ".join(key for name in names for key in (name, BEGINNING + name))
        found = self._table.search(MatchQuery(keys, "called")).limit(_CANDIDATES)
        found = found.where(self._where) if self._where else found
        return _profiles(found.select([*_PROFILE, "_score"]).to_arrow())

    def _newest(self) -> dict[str, Profile]:
        """Those of the last period that any document is about."""
        last = max(self._rows(["period"])["period"].unique().to_pylist())
        return _profiles(self._rows(_PROFILE, f"period = '{last}'", _CANDIDATES))

    def _newness(self, one: Profile) -> float:
        """The share of the other documents that are about an earlier period."""
        own = ".".join(period(one))
        earlier = " AND ".join(filter(None, (f"period < '{own}'", self._where)))
        return float(self._table.count_rows(earlier) / max(1, self.total - 1))

    def _rarities(self, names: Sequence[str], found: Collection[Profile]) -> dict[str, float]:
        """1 for a key that one document has, near 0 for what all have, as in `Profiles`.

        Where no document has a key, those hold it that have a longer one which begins with it:
        their key stands here too.
        """
        called = {key for one in found for key in (*one.title, *one.names)}
        rarities = {}
        for name in names:
            longer = [key for key in called if name in beginnings(key)]
            if name in called:
                rarities[name] = self._rarity(name)
            elif longer and not self._count(name):
                rarities |= dict.fromkeys(longer, self._rarity(BEGINNING + name))
        return rarities

    def _rarity(self, token: str) -> float:
        holders = max(1, self._count(token))
        return log((self.total + 1) / (holders + 0.5)) / log((self.total + 1) / 1.5)

    def _count(self, token: str) -> int:
        """How many documents have this among what they are called by."""
        if token not in self._holders:
            most = max(_COUNTED, self.total // _SHARE)
            self._holders[token] = holders(self._table, "called", token, most, self._where)
        return self._holders[token]


def _profiles(rows: Any) -> dict[str, Profile]:
    """The profiles of documents by key, of rows with `_PROFILE`."""
    return {
        row["key"]: profile(
            TextProfile(**json.loads(row["profile"])), row["title"], Path(row["source"]).stem
        )
        for row in rows.to_pylist()
    }
