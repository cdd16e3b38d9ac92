"""A set of questions on documents, with gold answers and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docagent.answer import Citation
from docagent.errors import DocAgentError
from docagent.jsonl import read_rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gold answer stands: a physical page, or characters of the extracted text.

    `document` is a file's name, None where any document of the question will do.
    """

    document: str | None
    page: int | None = None
    start: int = 0
    end: int = 0

    def holds(self, citation: Citation) -> bool:
        """Whether the citation is on this page, or shares a character with these."""
        if self.document is not None and Path(citation.document).name != self.document:
            return False
        if self.page is not None:
            return citation.page == self.page
        return citation.start < self.end and citation.end > self.start


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a set. `language` is a code like zh; `files` are its documents."""

    id: str | int
    text: str
    files: tuple[Path, ...]
    answers: tuple[str, ...]
    answerable: bool
    places: tuple[Place, ...]
    language: str

    @property
    def document(self) -> str:
        """What results by document call it."""
        return ", ".join(file.name for file in self.files)


def read_questions(file: Path, every: int = 1, limit: int | None = None) -> list[Question]:
    """Every so many-th row of a JSONL file, at most `limit` of them.

    Keys: id, question, doc (a file or a list of them, relative to the set's folder or the one
    above), answer or answers, answerable, lang, and for the place of the answer evidence_pages
    (physical, from 1), char_start and char_end, or evidence, a list of objects with these (page,
    char_start, char_end, doc). Raises DocAgentError for rows that lack what is needed.
    """
    found = [_question(file, row) for row in read_rows(file)[::every][:limit]]
    if not found:
        raise DocAgentError(f"{file} holds no questions.")
    seen: set[str | int] = set()
    for one in found:
        if one.id in seen:
            raise DocAgentError(f"{file}: two rows have the id {one.id!r}.")
        seen.add(one.id)
    return found


def _question(file: Path, row: dict[str, Any]) -> Question:
    name = row["id"]
    where = f"{file}: row {name!r}"
    if not isinstance(name, str | int):
        raise DocAgentError(f"{where} has an id that is neither text nor a number.")
    if not isinstance(row.get("question"), str):
        raise DocAgentError(f'{where} has no "question".')
    given = row.get("doc")
    documents = [given] if isinstance(given, str) else given
    if not isinstance(documents, list) or not documents or not _texts(documents):
        raise DocAgentError(f'{where} names no "doc".')
    answers = row.get("answers") or ([row["answer"]] if row.get("answer") else [])
    answerable = row.get("answerable", True)
    if not isinstance(answers, list) or not _texts(answers) or (answerable and not answers):
        raise DocAgentError(f'{where} has no "answers".')
    try:
        places = tuple(_places(row))
    except (KeyError, TypeError, ValueError) as error:
        raise DocAgentError(f"{where} says unreadably where its answer stands.") from error
    return Question(
        name,
        row["question"],
        tuple(_found(file, document, where) for document in documents),
        tuple(answers),
        bool(answerable),
        places,
        str(row.get("lang", "en")),
    )


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _found(file: Path, document: str, where: str) -> Path:
    for folder in (file.parent, file.parent.parent):
        if (folder / document).is_file():
            return folder / document
    raise DocAgentError(f"{where}: {document} is neither beside {file} nor in the folder above.")


def _places(row: dict[str, Any]) -> list[Place]:
    """From the most detailed key that is there."""
    if row.get("evidence"):
        return [
            Place(
                Path(one["doc"]).name if "doc" in one else None,
                int(one["page"]) if "page" in one else None,
                int(one.get("char_start", 0)),
                int(one.get("char_end", 0)),
            )
            for one in row["evidence"]
        ]
    if row.get("evidence_pages"):
        return [Place(None, int(page)) for page in row["evidence_pages"]]
    if row.get("char_end") is not None:
        return [Place(None, None, int(row["char_start"]), int(row["char_end"]))]
    return []
