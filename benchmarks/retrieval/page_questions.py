"""Questions in a page's own words, made of PDFs without a language model; and likely gold pages.

Half ask for a fact of a sentence (12 to 35 words with a figure), half for a row of a table (a label
of three words or more before at least two figures). Gold are all pages on which a sentence or a row
holds every asked word; what stands on more than two is left out. PDFium alone reads the pages:
questions made with docagent's own reader would favour it.

--answers: questions that have long gold answers but no pages. A page is gold if it holds at least
60% of the figures of the answer; questions without such a page, or with more than five, are left
out.
"""

from __future__ import annotations

import calendar
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.harness import Row, arguments
from docagent.jsonl import read_rows

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
_MONEY = re.compile(r"[$€£]")
_EDGES = ' ,;:.()“”"'
_HEADER = 12  # lines above a row in which its table's years are looked for
_AMOUNT = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]*\d)")
_DATE = re.compile(rf"(?:{'|'.join(calendar.month_name[1:])})\s+\d{{1,2}}")


class Fact(NamedTuple):
    """A sentence or a row of a page (0-based) and the question that asks for it."""

    page: int
    kind: str  # "prose" or "row"
    source: str
    asked: str  # the words every gold page holds
    question: str


class Question(NamedTuple):
    """A row of the question file."""

    id: str
    doc: str
    question: str
    answer: str
    evidence_pages: list[int]
    kind: str


def page_texts(pdf: Path) -> list[str]:
    """The text of every page, lines ended by "\\n". An empty password opens encrypted filings."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf, password="") as document:
        texts = [page.get_textpage().get_text_range() for page in document]
        return [text.replace("\r\n", "\n").replace("\ufffe", "-") for text in texts]


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
    texts = [" ".join(lines) for lines in paragraphs]
    return [sentence.strip() for text in texts for sentence in _SENTENCE_END.split(text)]


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
    lead = "What does the report say about"
    if kind := "percentage" if "%" in sentence else "amount" * bool(_MONEY.search(sentence)):
        lead = f"What {kind} does the report give for"
    return Fact(page, "prose", sentence, stretch, f"{lead} {_lowered(stretch, common)}?")


def _stretches(words: list[str]) -> list[str]:
    """Five to nine content words that begin behind a determiner, without figures."""
    stretches = []
    run: list[str] = []
    for word in [*words, "0"]:
        if not _FIGURE.search(word) and _plain(word) not in _BREAKS:
            run.append(word)
            continue
        for number, before in enumerate(run):
            part = _trimmed(run[number + 1 :]) if _plain(before) in _DETERMINER else []
            while len(content_words(" ".join(part))) > 9:
                part = _trimmed(part[:-1])
            stretch = " ".join(part).strip(_EDGES)
            if ". " not in stretch:
                stretches.append(stretch)
        run = []
    return stretches


def _plain(word: str) -> str:
    return word.strip(_EDGES).lower()


def _trimmed(words: list[str]) -> list[str]:
    inner = [n for n, word in enumerate(words) if _plain(word) not in FUNCTION_WORDS | {""}]
    return words[inner[0] : inner[-1] + 1] if inner else []


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


def questions(doc: str, texts: list[str], count: int, seed: int = 0) -> list[Question]:
    """About `count` questions on a document given as page texts, half prose and half rows."""
    draw, draw_facts = random.Random(seed), random.Random(seed)
    common = {word for text in texts for word in text.split() if word.islower()}
    facts: list[Fact] = []
    places: list[tuple[int, str, frozenset[str]]] = []  # content words of every sentence and row
    for page, text in enumerate(texts):
        sentences, lines = prose(text), list(rows(text))
        made = [prose_fact(page, sentence, common, draw_facts) for sentence in sentences]
        made += [row_fact(page, parts, common, draw_facts) for parts in lines]
        facts += [fact for fact in made if fact]
        places += [(page, "prose", frozenset(content_words(part))) for part in sentences]
        places += [(page, "row", frozenset(content_words(label))) for label, _, _ in lines]
    chosen: list[Question] = []
    for kind, number in (("prose", count - count // 2), ("row", count // 2)):
        usable: dict[str, tuple[Fact, list[int]]] = {}
        for fact in (fact for fact in facts if fact.kind == kind):
            words = set(content_words(fact.asked))
            found = {page + 1 for page, of, there in places if of == kind and words <= there}
            if 1 <= len(found) <= 2:
                usable.setdefault(fact.question, (fact, sorted(found)))
        for fact, pages in evenly(list(usable.values()), number, draw):
            name = f"{Path(doc).stem}-{kind}-{len(chosen):02}"
            chosen.append(Question(name, doc, fact.question, fact.source, pages, kind))
    return chosen


def evenly(
    usable: list[tuple[Fact, list[int]]], number: int, draw: random.Random
) -> list[tuple[Fact, list[int]]]:
    """One fact of each page in turn, pages in an order spread over the document."""
    by_page: dict[int, list[tuple[Fact, list[int]]]] = {}
    for pair in usable:
        by_page.setdefault(pair[0].page, []).append(pair)
    taken: list[tuple[Fact, list[int]]] = []
    while by_page and len(taken) < number:
        pages, missing = sorted(by_page), number - len(taken)
        step = max(1.0, len(pages) / missing)
        for page in [pages[int(i * step)] for i in range(min(missing, len(pages)))]:
            taken.append(by_page[page].pop(draw.randrange(len(by_page[page]))))
            if not by_page[page]:
                del by_page[page]
    return sorted(taken, key=lambda pair: pair[0].page)


def figures(answer: str) -> set[str]:
    """The figures of an answer that tell where it stands; the list of sources is no part of it."""
    amounts = _AMOUNT.findall(_DATE.sub(" ", answer.split("SOURCE(S)")[0]))
    plain = {amount.strip(",") for amount in amounts}
    return {f for f in plain if len(f) > 2 and not re.fullmatch(r"(?:19|20)\d\d", f)}


def likely_pages(wanted: set[str], texts: list[str]) -> list[int]:
    """Pages (from 1) with at least 60% of the wanted figures."""
    on_page = [{figure.strip(",") for figure in _AMOUNT.findall(text)} for text in texts]
    least = 0.6 * len(wanted)
    return [n for n, held in enumerate(on_page, 1) if wanted and len(wanted & held) >= least]


def main() -> None:
    options = arguments(__doc__, "pdfs*", answers=Path, out=Path, count=25)
    made: list[Row] = [
        question._asdict()
        for pdf in options.pdfs
        for question in questions(str(pdf.resolve()), page_texts(pdf), options.count)
    ]
    texts = cache(page_texts)
    for row in read_rows(options.answers) if options.answers else []:
        pdf = (options.answers.parent / row["doc"]).resolve()
        pages = likely_pages(figures(row["answer"]), texts(pdf))
        if 1 <= len(pages) <= 5:
            made.append({**row, "doc": str(pdf), "evidence_pages": pages})
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in made]
    options.out.write_text("".join(lines), "utf-8")
    print(f"{len(made)} questions with gold pages")


if __name__ == "__main__":
    main()
