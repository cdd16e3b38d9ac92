"""Named collections: paths that are remembered under a name, `@reports`."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

from retrieval.errors import DocAgentError
from retrieval.files import Paths, is_pattern, path_list
from retrieval.store.cache import Cache, replace_text

log = logging.getLogger("docagent")

MARK = "@"
_NAME = re.compile(r"[\w][\w.-]{0,63}")


class Collections:
    """The collections of a cache folder, each a list of absolute paths in a file.

    Folders and patterns among them are searched again at each use, so files that were added,
    edited or removed are noticed.
    """

    def __init__(self, cache: Cache) -> None:
        self._folder = cache.root / "collections"

    def names(self) -> list[str]:
        """All collections, without their mark."""
        return sorted(file.stem for file in self._folder.glob("*.json"))

    def paths(self, name: str) -> list[Path]:
        """What a collection was made of. Raises DocAgentError if there is no such collection."""
        return [Path(path) for path in self._content(name)["paths"]]

    def _content(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads(self._file(name).read_text("utf-8"))
            return {"paths": list(content["paths"]), "store": content.get("store")}
        except FileNotFoundError as error:
            known = ", ".join(MARK + other for other in self.names()) or "there is none yet"
            raise DocAgentError(
                f"No collection is called {MARK}{name} (known: {known}); "
                f"make it with: docagent index PATH... --name {name}"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DocAgentError(
                f"The collection {MARK}{name} cannot be read; "
                f"make it again with: docagent index PATH... --name {name}"
            ) from error

    def store(self, name: str) -> str | None:
        """The store that a collection lies in, if that is not the cache."""
        store = self._content(name)["store"]
        return str(store) if store else None

    def store_of(self, paths: Paths) -> str | None:
        """The store that all of these paths are in, if there is one.

        Raises DocAgentError for a store and something else at once.
        """
        every = [str(path) for path in path_list(paths)]
        stores = [self.store(path[len(MARK) :]) for path in every if path.startswith(MARK)]
        found = [store for store in stores if store]
        if found and len(every) > 1:
            raise DocAgentError(f"{found[0]} is a store of its own: ask it without other paths.")
        return found[0] if found else None

    def save(self, name: str, paths: Paths, store: str | None = None) -> None:
        """Remember paths under a name, and the store that they are in if that is not the cache.

        Raises DocAgentError if that cannot be done.
        """
        absolute = [str(path.absolute()) for path in self.expand(paths)]
        file = self._file(name)
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_text(file, json.dumps({"paths": absolute, "store": store}))
        except OSError as error:
            raise DocAgentError(
                f"The collection {MARK}{name} cannot be kept: {error.strerror or error}."
            ) from error

    def forget(self, name: str) -> None:
        """Raises DocAgentError if there is no such collection."""
        self.paths(name)
        self._file(name).unlink()

    def expand(self, paths: Paths) -> list[Path]:
        """The paths with each `@name` replaced by its own; of those, what is gone is left out.

        Raises DocAgentError for an unknown collection, or one of which nothing is left.
        """
        expanded: list[Path] = []
        for path in path_list(paths):
            if not str(path).startswith(MARK):
                expanded.append(path)
                continue
            saved = self.paths(str(path)[len(MARK) :])
            present = [member for member in saved if member.exists() or is_pattern(member)]
            for member in set(saved) - set(present):
                log.warning("Left out: %s is no longer there.", member)
            if not present:
                raise DocAgentError(f"Nothing is left of the collection {path}.")
            expanded += present
        return expanded

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise DocAgentError(
                f"{name!r} is no name for a collection: up to 64 letters, digits, '.', '_', '-'. "
                "(A file whose name begins with @ is given as ./@file.)"
            )
        return self._folder / f"{name}.json"
