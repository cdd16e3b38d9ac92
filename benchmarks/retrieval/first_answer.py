"""How long a user waits on a document not seen before, the memory it takes, and the searches after.

    python -m benchmarks.retrieval.first_answer --lengths 4K,32K,128K,1M --systems ours langchain
    python -m benchmarks.retrieval.first_answer ../shared/data/*/pdfs/*.pdf --tokens 1000000

With --lengths the document is the report of `docagent eval needle`, and its needles are asked for.
PDFs are opened as one corpus and asked in their own words (benchmarks.retrieval.page_questions); --tokens
adds copies with other names and figures until they hold so many, as benchmarks.retrieval.ingest does.

Each row is a process of its own, with an empty cache, and libraries and weights in memory. Time
begins with `Corpus.opening(wait=False)`: at its return words can be searched ("words"); then the
first question gets its passages ("first passages"), and `complete()` ends with "all vectors". A
text of 100 passages or less has all its vectors before the first question. LangChain's index is
there at once or not at all. Memory is the most that the process and its workers held, libraries and
weights included; a search is the median over the other questions.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.retrieval.memory import PeakMemory

_EACH = 2  # questions on a PDF
_LOADED = "Libraries and weights are loaded by a document of one sentence."


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds from the beginning; vectors are those at the first passages."""

    words: float | None
    first: float
    whole: float
    search: float  # seconds of one question
    vectors: int | None = None
    passages: int | None = None
    peak: int = 0  # bytes

    def __str__(self) -> str:
        words = "" if self.words is None else f"{self.words:.2f}"
        known = "" if self.vectors is None else f"{self.vectors:,} of {self.passages:,}"
        cells = [words, f"{self.first:.2f}", known, f"{self.whole:.2f}"]
        return " | ".join([*cells, f"{self.peak / 1e6:,.0f}", f"{1000 * self.search:.0f}"])


HEAD = "words s | first passages s | vectors by then | all vectors s | peak MB | search ms"


def ours(files: Sequence[Path], questions: Sequence[str]) -> Waited:
    """docagent."""
    from retrieval import Corpus

    waiting, *others = questions
    with tempfile.TemporaryDirectory() as cache:
        begun = time.perf_counter()
        corpus = Corpus.open(files, cache=cache, wait=False)
        words = time.perf_counter() - begun
        corpus.search(waiting)
        first = time.perf_counter() - begun
        vectors = len(corpus) - corpus.pending
        corpus.complete()
        whole = time.perf_counter() - begun
        search = seconds(corpus.search, others)
        return Waited(words, first, whole, search, vectors, len(corpus))


def langchain(files: Sequence[Path], questions: Sequence[str]) -> Waited:
    """LangChain as in benchmarks.retrieval.finders: one plain text, the same weights."""
    from benchmarks.retrieval import finders

    waiting, *others = questions
    begun = time.perf_counter()
    find = finders.langchain(files[0], Path())
    whole = time.perf_counter() - begun
    find(waiting, 10)
    first = time.perf_counter() - begun
    return Waited(None, first, whole, seconds(lambda question: find(question, 10), others))


SYSTEMS = {"ours": ours, "langchain": langchain}


def seconds(search: Callable[[str], object], questions: Sequence[str]) -> float:
    """The median time of a question."""
    taken = []
    for question in questions:
        begun = time.perf_counter()
        search(question)
        taken.append(time.perf_counter() - begun)
    return median(taken)


def waited(system: str, files: Sequence[Path], questions: Sequence[str]) -> Waited:
    """One measurement in a process of its own; the first question is the one that waits."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_watched, system, files, questions).result()


def _watched(system: str, files: Sequence[Path], questions: Sequence[str]) -> Waited:
    with PeakMemory(os.getpid()) as memory, tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.txt"
        small.write_text(_LOADED, "utf-8")
        SYSTEMS[system]([small], [_LOADED] * 2)
        measured = SYSTEMS[system](files, questions)
    return replace(measured, peak=memory.peak)


def needles(length: int, folder: Path) -> tuple[Path, int, list[str]]:
    """The report of `docagent eval needle` at a length, its tokens, and its questions."""
    from docagent.evaluation.needle import Needles
    from retrieval.embed.encoder import Encoder

    encoder = Encoder()
    hidden = Needles(11, 1, f"0 {length}")
    text = hidden.text(length, lambda part: encoder.count([part])[0], None).text
    file = folder / "report.txt"
    file.write_text(text, "utf-8")
    return file, encoder.count([text])[0], [one.question for one in hidden.questions() if one.facts]


def filled(pdfs: Sequence[Path], tokens: int, folder: Path) -> tuple[list[Path], int]:
    """The PDFs, copies of them in the folder until there are so many tokens, and how many it is."""
    from benchmarks.retrieval.ingest import with_copies
    from retrieval.embed.encoder import Encoder
    from retrieval.parse.formats.pdf import read_pdf
    from retrieval.progress import ignore

    encoder = Encoder()
    files, count = [], 0
    for pdf in with_copies(pdfs, folder):
        files.append(pdf)
        count += encoder.count([read_pdf(pdf, None, ignore).text])[0]
        if len(files) >= len(pdfs) and count >= tokens:
            break
    return files, count


def page_questions(pdfs: Sequence[Path]) -> list[str]:
    """Two questions on each PDF; the same every time."""
    from benchmarks.retrieval.page_questions import questions
    from benchmarks.retrieval.pdf_pages import page_texts

    asked = [one.question for pdf in pdfs for one in questions(pdf.name, page_texts(pdf), _EACH)]
    if len(asked) < _EACH:
        raise SystemExit("No sentence with figures and no table to ask for in these PDFs.")
    return asked


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pdfs", type=Path, nargs="*")
    parser.add_argument("--tokens", type=int, default=0, help="of the PDFs, at least")
    parser.add_argument("--lengths", help="of generated reports: 4K,32K,128K,1M")
    parser.add_argument("--systems", nargs="+", default=["ours"], choices=list(SYSTEMS))
    parser.add_argument("--rival-to", metavar="LENGTH", help="no longer report for a rival")
    parser.add_argument("--json", type=Path, help="the lines that benchmarks.plots draws")
    options = parser.parse_args()
    if bool(options.pdfs) == bool(options.lengths):
        parser.error("give either PDFs or --lengths")
    printed: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        printed.append(line)

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.pdfs:
            if options.systems != ["ours"]:
                parser.error(
                    "PDFs are measured without a rival; benchmarks.retrieval.systems compares"
                )
            files, tokens = filled(options.pdfs, options.tokens, folder)
            asked = page_questions(options.pdfs)
            tell(f"| files | copies | tokens | {HEAD} |\n{'| --- ' * 9}|")
            copies = len(files) - len(options.pdfs)
            row = waited("ours", files, asked)
            tell(f"| {len(options.pdfs)} | {copies} | {tokens:,} | {row} |")
        else:
            from docagent.evaluation.needle import length_name, length_of

            longest = length_of(options.rival_to) if options.rival_to else math.inf
            tell(f"| length | system | tokens | {HEAD} |\n{'| --- ' * 9}|")
            for length in map(length_of, options.lengths.split(",")):
                file, tokens, asked = needles(length, folder)
                for system in options.systems:
                    if system != "ours" and length > longest:
                        continue
                    row = waited(system, [file], asked)
                    tell(f"| {length_name(length)} | {system} | {tokens:,} | {row} |")
    if options.json:
        from benchmarks.plots import lines

        options.json.write_text(json.dumps(lines("\n".join(printed))), "utf-8")


if __name__ == "__main__":
    main()
