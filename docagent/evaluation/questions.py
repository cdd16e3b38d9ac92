"""A set of questions on documents, with gold answers and where they stand."""

from __future__ import annotations

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
        """Its documents' names, by which results are grouped."""
        return ", ".join(file.name for file in self.files)


def read_questions(file: Path, every: int = 1, limit: int | None = None) -> list[Question]:
    """Every so many-th row of a JSONL file, at most `limit` of them.

    Keys: id, question, doc (a file or a list of them, relative to the set's folder or the one
    above), answer or answers, answerable, lang, and for the place of the answer evidence_pages
    (physical, from 1), char_start and char_end, or evidence, a list of objects with these (page,
    char_start, char_end, doc). Raises DocAgentError for rows that lack what is needed.
    """
    questions = [_question(file, row) for row in read_rows(file)[::every][:limit]]
    if not questions:
        raise DocAgentError(f"{file} holds no questions.")
    ids: set[str | int] = set()
    for question in questions:
        if question.id in ids:
            raise DocAgentError(f"{file}: two rows have the id {question.id!r}.")
        ids.add(question.id)
    return questions


def _question(file: Path, row: dict[str, Any]) -> Question:
    id, text = row["id"], row.get("question")
    where = f"{file}: row {id!r}"
    if not isinstance(id, str | int):
        raise DocAgentError(f"{where} has an id that is neither text nor a number.")
    if not isinstance(text, str):
        raise DocAgentError(f'{where} has no "question".')
    documents = [row["doc"]] if isinstance(row.get("doc"), str) else row.get("doc")
    if not documents or not _texts(documents):
        raise DocAgentError(f'{where} names no "doc".')
    answers = row.get("answers") or ([row["answer"]] if row.get("answer") else [])
    answerable = bool(row.get("answerable", True))
    if not _texts(answers) or (answerable and not answers):
        raise DocAgentError(f'{where} has no "answers".')
    try:
        places = tuple(_places(row))
    except (KeyError, TypeError, ValueError) as error:
        raise DocAgentError(f"{where} says unreadably where its answer stands.") from error
    files = tuple(_find(file, document, where) for document in documents)
    return Question(id, text, files, tuple(answers), answerable, places, str(row.get("lang", "en")))


def _texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _find(file: Path, document: str, where: str) -> Path:
    for folder in (file.parent, file.parent.parent):
        if (folder / document).is_file():
            return folder / document
    raise DocAgentError(f"{where}: {document} is neither beside {file} nor in the folder above.")


def _places(row: dict[str, Any]) -> list[Place]:
    """From the most detailed key that is there."""
    places: list[dict[str, Any]] = row.get("evidence") or []
    if not places and row.get("evidence_pages"):
        places = [{"page": page} for page in row["evidence_pages"]]
    elif not places and row.get("char_end") is not None:
        places = [{"char_start": row["char_start"], "char_end": row["char_end"]}]
    return [
        Place(
            Path(place["doc"]).name if "doc" in place else None,
            int(place["page"]) if "page" in place else None,
            int(place.get("char_start", 0)),
            int(place.get("char_end", 0)),
        )
        for place in places
    ]
