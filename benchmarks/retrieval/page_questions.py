r"""Questions in a page's own words, made of PDFs without a language model.

    python -m benchmarks.retrieval.page_questions ../shared/data/*/pdfs/*.pdf --out page_level.jsonl

Half ask for a fact of a sentence (12 to 35 words with a figure), half for a row of a table (a label
of three words or more before at least two figures). A sentence's question is a stretch of five to
nine content words in their order, without figures. A row's is its label, with a year where the
table's header has two or more. Gold are all pages on which a sentence or a row holds every asked
word; what stands on more than two is left out. Pages are taken evenly over each document. The
same seed gives the same questions.
"""

from __future__ import annotations

import argparse
import calendar
import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.retrieval.pdf_pages import page_texts

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about above after all also an and any are as at be because been before being below
        between both but by can could did do does during each either for from further had has have
        he her here his how however i if in including into is it its itself may might more most
        must no nor not of on or other our out over own per shall she should so some such than that
        the their them then there these they this those through to under until up upon was we were
        what when where which while who whom whose will with within would you your""",
    )
)
_CELL = re.compile(r"[$€£(]*\d(?:[\d,]*\d)?(?:\.\d+)?[%)]*|[$€£(%)—–-]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DETERMINER = {"a", "an", "any", "each", "its", "our", "the", "their", "these", "this", "those"}
_MONTHS = {month.lower() for month in calendar.month_name}
_WORD = re.compile(r"[A-Za-z][A-Za-z'’&.-]*[A-Za-z]|[A-Za-z]")
_FIGURE = re.compile(r"\d")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\bInc\.)\s+(?=[A-Z“\"])")
_BREAKS = _MONTHS | {"million", "billion", "thousand", "trillion", "$", "%", "-"}
_EDGES = ' ,;:.()“”"'
_HEADER = 12  # lines above a row in which its table's years are looked for


@dataclass(frozen=True)
class Fact:
    """A sentence or a row of a page (0-based) and the question that asks for it."""

    page: int
    kind: str  # "prose" or "row"
    source: str
    asked: str  # the words every gold page holds
    question: str


@dataclass(frozen=True)
class Question:
    """A row of the question file."""

    id: str
    doc: str
    question: str
    answer: str
    evidence_pages: list[int]
    kind: str


def content_words(text: str) -> list[str]:
    """Words that are no function words, lower case, in their order."""
    words = [word.lower() for word in _WORD.findall(text)]
    return [word for word in words if word not in FUNCTION_WORDS]


def prose(page: str) -> list[str]:
    """Sentences of a page's running text; table rows and headings break paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for line in page.split("\n"):
        words = line.split()
        wordy = sum(word.strip("(),.;:“”").isalpha() for word in words)
        inside = bool(paragraphs[-1]) and line.rstrip().endswith(".")
        if (len(words) >= 9 and wordy >= 0.6 * len(words)) or (inside and not row(line)):
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [
        sentence.strip()
        for lines in paragraphs
        for sentence in _SENTENCE_END.split(" ".join(lines))
    ]


def row(line: str) -> str | None:
    """The label of a table row: words before at least two figures; None for any other line."""
    words = line.split()
    cells = 0
    while words and _CELL.fullmatch(words[-1]):
        cell = words.pop()
        cells += bool(_FIGURE.search(cell)) and not _YEAR.fullmatch(cell)
    label = " ".join(words).rstrip(":. ")
    if cells < 2 or not label[:1].isalpha() or label[-1].isdigit() or _plain(words[-1]) in _MONTHS:
        return None
    return label


def rows(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Label, whole line and the years of the header above of each table row."""
    lines = page.split("\n")
    for number, line in enumerate(lines):
        label = row(line)
        if not label:
            continue
        years: list[str] = []
        for above in reversed(lines[max(0, number - _HEADER) : number]):
            if len(above) < 100 and len(content_words(above)) <= 6:
                years = _YEAR.findall(above)
            if years:
                break
        yield label, line.strip(), years


def prose_fact(page: int, sentence: str, common: set[str], draw: random.Random) -> Fact | None:
    """A question for a sentence; None if it holds no figure or is not one whole sentence."""
    words = sentence.split()
    if not (12 <= len(words) <= 35 and sentence[0].isupper() and sentence.endswith(".")):
        return None
    if not _FIGURE.search(sentence) or ".." in sentence or "☐" in sentence:
        return None
    stretches = [part for part in _stretches(words) if len(content_words(part)) >= 5]
    if not stretches:
        return None
    stretch = draw.choice(stretches)
    if "%" in sentence:
        lead = "What percentage does the report give for"
    elif re.search(r"[$€£]", sentence):
        lead = "What amount does the report give for"
    else:
        lead = "What does the report say about"
    return Fact(page, "prose", sentence, stretch, f"{lead} {_lowered(stretch, common)}?")


def _stretches(words: list[str]) -> list[str]:
    """Five to nine content words that begin behind a determiner, without figures."""
    found = []
    run: list[str] = []
    for word in [*words, "0"]:
        if not _FIGURE.search(word) and _plain(word) not in _BREAKS:
            run.append(word)
            continue
        for number, before in enumerate(run):
            kept = _trimmed(run[number + 1 :]) if _plain(before) in _DETERMINER else []
            while len(content_words(" ".join(kept))) > 9:
                kept = _trimmed(kept[:-1])
            stretch = " ".join(kept).strip(_EDGES)
            if ". " not in stretch:
                found.append(stretch)
        run = []
    return found


def _plain(word: str) -> str:
    return word.strip(_EDGES).lower()


def _trimmed(words: list[str]) -> list[str]:
    plain = [_plain(word) for word in words]
    first, last = 0, len(words)
    while first < last and (plain[first] in FUNCTION_WORDS or not plain[first]):
        first += 1
    while last > first and (plain[last - 1] in FUNCTION_WORDS or not plain[last - 1]):
        last -= 1
    return words[first:last]


def row_fact(
    page: int, parts: tuple[str, str, list[str]], common: set[str], draw: random.Random
) -> Fact | None:
    """A question for a table row; None if its label is too short to be told from others."""
    label, line, years = parts
    label = re.sub(r"\s*\(\w\)|^Less:\s*|^Plus:\s*", "", label).strip(" .:")
    if len(content_words(label)) < 3 or len(label) > 110 or ".." in label or "n/m" in label:
        return None
    distinct = sorted(set(years))
    when = f" in {draw.choice(distinct)}" if len(distinct) >= 2 else ""
    verb = "were" if re.match(r"\w+(?<!s)s\b", label) else "was"
    return Fact(page, "row", line, label, f"What {verb} {_lowered(label, common)}{when}?")


def _lowered(text: str, common: set[str]) -> str:
    """First letter small if the document writes that word so elsewhere."""
    first = text.split()[0]
    return first.lower() + text[len(first) :] if first.lower() in common else text


def facts(texts: list[str], seed: int) -> list[Fact]:
    """All facts of a document that can be asked for."""
    draw = random.Random(seed)
    common = {word for text in texts for word in text.split() if word.islower()}
    found: list[Fact] = []
    for page, text in enumerate(texts):
        made = [prose_fact(page, sentence, common, draw) for sentence in prose(text)]
        made += [row_fact(page, parts, common, draw) for parts in rows(text)]
        found += [fact for fact in made if fact]
    return found


def gold_pages(fact: Fact, places: list[tuple[int, str, frozenset[str]]]) -> list[int]:
    """Pages (from 1) on which a sentence or row holds every asked word."""
    asked = set(content_words(fact.asked))
    return sorted(
        {page + 1 for page, kind, words in places if kind == fact.kind and asked <= words}
    )


def places(texts: list[str]) -> list[tuple[int, str, frozenset[str]]]:
    """Page, kind and content words of every sentence and row."""
    return [
        (page, kind, frozenset(content_words(part)))
        for page, text in enumerate(texts)
        for kind, parts in (("prose", prose(text)), ("row", [label for label, _, _ in rows(text)]))
        for part in parts
    ]


def questions(doc: str, texts: list[str], count: int, seed: int = 0) -> list[Question]:
    """About `count` questions on a document given as page texts, half prose and half rows."""
    draw = random.Random(seed)
    stood = places(texts)
    found = facts(texts, seed)
    made: list[Question] = []
    for kind, wanted in (("prose", count - count // 2), ("row", count // 2)):
        usable = []
        seen: set[str] = set()
        for fact in found:
            pages = gold_pages(fact, stood) if fact.kind == kind else []
            if 1 <= len(pages) <= 2 and fact.question not in seen:
                seen.add(fact.question)
                usable.append((fact, pages))
        for fact, pages in evenly(usable, wanted, draw):
            name = f"{Path(doc).stem}-{kind}-{len(made):02}"
            made.append(Question(name, doc, fact.question, fact.source, pages, kind))
    return made


def evenly(
    usable: list[tuple[Fact, list[int]]], wanted: int, draw: random.Random
) -> list[tuple[Fact, list[int]]]:
    """One fact of each page in turn, pages in an order spread over the document."""
    by_page: dict[int, list[tuple[Fact, list[int]]]] = {}
    for pair in usable:
        by_page.setdefault(pair[0].page, []).append(pair)
    pages = sorted(by_page)
    taken: list[tuple[Fact, list[int]]] = []
    while by_page and len(taken) < wanted:
        missing = wanted - len(taken)
        step = max(1.0, len(pages) / missing)
        for page in [pages[int(i * step)] for i in range(min(missing, len(pages)))]:
            taken.append(by_page[page].pop(draw.randrange(len(by_page[page]))))
            if not by_page[page]:
                del by_page[page]
        pages = sorted(by_page)
    return sorted(taken, key=lambda pair: pair[0].page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=25, help="questions a document")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    made = [
        question
        for pdf in options.pdfs
        for question in questions(str(pdf.resolve()), page_texts(pdf), options.count, options.seed)
    ]
    lines = [json.dumps(asdict(question), ensure_ascii=False) + "\n" for question in made]
    options.out.write_text("".join(lines), "utf-8")
    kinds = {kind: sum(q.kind == kind for q in made) for kind in ("prose", "row")}
    print(f"{len(made)} questions on {len(options.pdfs)} documents: {kinds}")


if __name__ == "__main__":
    main()
