"""What a store knows of the files it was made from: enough to read none of them twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from retrieval.extras import require
from retrieval.scale.sources import Source
from retrieval.store.lance import SCHEME, told

_TABLE = "files"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read: `key` names its document, or `error` says why there is none.

    `way` names how it was read: another version of docagent or another password may read more.
    """

    uri: str
    size: int
    modified: int
    way: str
    key: str = ""
    error: str = ""
    gone: bool = False

    def is_of(self, source: Source, way: str) -> bool:
        """Whether the file is as it was, and would be read the same way."""
        same = (self.size, self.modified, self.way)
        return same == (source.size, source.modified, way)


class Manifest:
    """The files of a store, in a table beside its own. What was written last about one counts.

    All of it raises StoreError.
    """

    def __init__(self, uri: str) -> None:
        """`uri` is the address of the store. Raises DocAgentError without lancedb."""
        lancedb = require("lancedb", "lancedb", "scale", f"The store {uri}")
        self._uri = uri
        with told(uri):
            self._database = lancedb.connect(uri.removeprefix(SCHEME))
        self._appended = False

    def files(self) -> dict[str, File]:
        """All files by their address."""
        rows: list[dict[str, Any]] = []
        with told(self._uri):
            if self._exists():
                rows = self._database.open_table(_TABLE).to_arrow().to_pylist()
        latest = {row["uri"]: File(**row) for row in rows}
        return {uri: file for uri, file in latest.items() if not file.gone}

    def append(self, files: Iterable[File]) -> None:
        """Say what became of files; from now on it survives a kill."""
        if not (rows := _table(files)):
            return
        with told(self._uri):
            if self._exists():
                self._database.open_table(_TABLE).add(rows)
            else:
                self._database.create_table(_TABLE, rows)
        self._appended = True

    def remove(self, files: Iterable[File]) -> None:
        """Forget files that are gone."""
        self.append(replace(file, gone=True) for file in files)

    def tidy(self) -> None:
        """Keep one row for each file, if rows were added."""
        if self._appended:
            rows = _table(self.files().values())
            with told(self._uri):
                self._database.create_table(_TABLE, rows, mode="overwrite")
            self._appended = False

    def _exists(self) -> bool:
        return _TABLE in self._database.table_names(limit=1000)


def _table(files: Iterable[File]) -> Any:
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    types = [text, number, number, text, text, text, pa.bool_()]
    schema = pa.schema(list(zip(File.__annotations__, types, strict=True)))
    return pa.Table.from_pylist([asdict(file) for file in files], schema)
