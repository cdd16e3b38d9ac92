"""What models made of parts of documents, on disk: nothing is paid for twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from retrieval.store.cache import Cache, replace_text

KIND = "made"


class ReplyCache:
    """JSON values by what they were made from, one file each.

    A file is written beside its place and renamed, so that a run that is killed keeps all it had
    finished, and readers never see half of one. If the cache folder cannot be written,
    nothing is kept.
    """

    def __init__(self, root: Path) -> None:
        self._cache = Cache(root)

    def get(self, *made_from: str) -> Any | None:
        """The value made from these texts (model, prompt, piece of the document), or None."""
        try:
            return json.loads(self._file(made_from).read_text("utf-8"))
        except (OSError, ValueError):  # not there, or cut by a full disk: it is made again
            return None

    def put(self, value: Any, *made_from: str) -> None:
        """Keep a value that is not None."""
        if not self._cache.writable:
            return
        file = self._file(made_from)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_text(file, json.dumps(value, ensure_ascii=False))
        except OSError as error:
            self._cache.give_up(error)

    def _file(self, made_from: tuple[str, ...]) -> Path:
        key = json.dumps(made_from).encode()
        name = hashlib.sha256(key).hexdigest()[:40]
        return self._cache.root / KIND / name[:2] / f"{name}.json"
