"""The questions that were asked in the page, with their answers: kept on this machine alone."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

log = logging.getLogger("docagent")

_MOST = 1000  # questions that are kept; the oldest go
_WAIT = 5.0  # seconds for another server of this user that writes at the moment

_SCHEMA = """
create table if not exists questions (
    id integer primary key autoincrement, asked_at real not null, question text not null,
    found integer not null, documents text not null, answer text not null);
create table if not exists settings (name text primary key, value integer not null);
"""


class History:
    """Questions in a file of SQLite, which a kill leaves whole. Without a file nothing is kept.

    What is deleted is overwritten in the file.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @property
    def available(self) -> bool:
        """Whether this server may keep questions at all."""
        return self._file is not None

    @property
    def keeping(self) -> bool:
        """Whether new questions are kept; the user's choice, which lasts."""
        with self._open() as store:
            row = store and store.execute("select value from settings where name = 'keep'")
            told = row.fetchone() if row else None
        return self.available and (told is None or bool(told[0]))

    def keep(self, on: bool) -> None:
        """Keep new questions from now on, or do not; what is kept stays."""
        with self._open(create=True) as store:
            if store:
                store.execute("insert or replace into settings values ('keep', ?)", [int(on)])

    def add(self, question: str, documents: list[str], answer: dict[str, Any]) -> None:
        """Keep a question, if questions are kept. The answer is not lost if that fails."""
        try:
            if self.keeping:
                self._add(question, documents, answer)
        except (sqlite3.Error, OSError) as error:
            log.warning("The question is not in the history: %s", error)

    def all(self) -> list[dict[str, Any]]:
        """All questions, newest first, without their answers."""
        with self._open() as store:
            if store is None:
                return []
            rows = store.execute(
                "select id, asked_at, question, found from questions order by id desc"
            ).fetchall()
        return [
            {"id": id_, "asked_at": asked_at, "question": question, "found": bool(found)}
            for id_, asked_at, question, found in rows
        ]

    def get(self, id_: int) -> dict[str, Any] | None:
        """One question with its answer, the object of `/ask`; None if there is none."""
        with self._open() as store:
            row = (
                store
                and store.execute(
                    "select asked_at, documents, answer from questions where id = ?", [id_]
                ).fetchone()
            )
        if not row:
            return None
        asked_at, documents, answer = row
        told = {"id": id_, "asked_at": asked_at, "documents": json.loads(documents)}
        return told | {"answer": json.loads(answer)}

    def delete(self, id_: int | None = None) -> int:
        """Delete one question, or all; how many are gone."""
        with self._open() as store:
            if store is None:
                return 0
            if id_ is None:
                return store.execute("delete from questions").rowcount
            return store.execute("delete from questions where id = ?", [id_]).rowcount

    def _add(self, question: str, documents: list[str], answer: dict[str, Any]) -> None:
        # Lone surrogates of a request cannot be written.
        texts = [question, json.dumps(documents), json.dumps(answer)]
        asked, named, answered = [text.encode("utf-8", "replace").decode() for text in texts]
        with self._open(create=True) as store:
            if store is None:
                return
            store.execute(
                "insert into questions (asked_at, question, found, documents, answer)"
                " values (?, ?, ?, ?, ?)",
                [time.time(), asked, int(answer["found"]), named, answered],
            )
            store.execute(
                "delete from questions where id <= (select max(id) from questions) - ?", [_MOST]
            )

    @contextmanager
    def _open(self, create: bool = False) -> Iterator[sqlite3.Connection | None]:
        """The store for one change, which happens wholly or not; None where there is none yet."""
        if self._file is None or not (create or self._file.exists()):
            yield None
            return
        if create:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
        with closing(sqlite3.connect(self._file, timeout=_WAIT)) as store:
            store.execute("pragma secure_delete = on")
            store.executescript(_SCHEMA)
            with store:
                yield store
