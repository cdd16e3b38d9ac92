"""What `make bench` runs, in its order. A new benchmark is one more line here and two markers."""

from __future__ import annotations

from dataclasses import dataclass

DATA = "$BENCH_DATA"
"""The folder with the development sets, in a command."""

SCRATCH = "$SCRATCH"
"""A folder for what one command makes and the next one reads."""

SYSTEMS = "$SYSTEMS"
"""docagent and those of its rivals that are installed."""

LANGCHAIN = "$LANGCHAIN"
"""LangChain's name, where it is installed."""

RIVALS = "$BENCH_RIVALS"
"""The Python that has LlamaIndex."""


@dataclass(frozen=True)
class Job:
    """A block of BENCHMARKS.md and the commands behind it, each the rest of `python -m`.

    The last command prints the tables. `quick` are the same with little to do, empty where there
    is no such thing. `needs` are modules. A `long` one runs only when it is asked for by name.
    """

    name: str
    commands: tuple[str, ...]
    quick: tuple[str, ...] = ()
    seconds: int = 600  # for all its commands; then they are ended
    needs: tuple[str, ...] = ()
    long: bool = False

    @property
    def wants_data(self) -> bool:
        """Whether it reads the development sets, which are not part of the project."""
        return any(DATA in command for command in self.commands)


def _engine(section: str, seconds: int = 600, long: bool = False) -> Job:
    command = f"benchmarks.engine {section}"
    return Job(f"engine-{section}", (command,), (f"{command} --quick",), seconds, long=long)


_STARTUP = 'benchmarks.startup examples/handbook.pdf "Who audited the accounts?"'
_SQUAD = f"benchmarks.squad {DATA}/squad/squad.jsonl"

JOBS = (
    Job("guard", ("benchmarks.guard",), ("benchmarks.guard --every 5",)),
    Job("startup", (_STARTUP,), (f"{_STARTUP} --rounds 1",)),
    Job(
        "first-answer",
        (
            # LangChain takes four times as long (25 s for 6 s at 32K): minutes at a million.
            "benchmarks.first_answer --lengths 4K,32K,128K,1M "
            f"--systems ours {LANGCHAIN} --rival-to 128K",
        ),
        ("benchmarks.first_answer --lengths 4K",),
    ),
    Job(
        "ingest",
        ("benchmarks.ingest examples/handbook.pdf",),
        ("benchmarks.ingest examples/handbook.pdf",),
    ),
    Job("ocr", ("benchmarks.ocr 12 14 21",), ("benchmarks.ocr 21",), needs=("rapidocr",)),
    Job("needles", ("benchmarks.needles",), ("benchmarks.needles --tokens 20000",)),
    _engine("agent"),
    _engine("decode"),
    _engine("quote"),
    _engine("tools"),
    _engine("batch"),
    _engine("layer"),
    _engine("yarn", seconds=3600, long=True),  # half an hour by itself
    Job("squad", (f"{_SQUAD} --no-model --every 2",), (f"{_SQUAD} --no-model --every 90",)),
    Job("squad-model", (f"{_SQUAD} --every 5",), (f"{_SQUAD} --every 180",), seconds=900),
    Job(
        "verdict",
        (
            f"benchmarks.verdict squad={DATA}/squad/squad.jsonl "
            f"reports={DATA}/sec10q/sec10q.jsonl,{DATA}/finance_dev/finance.jsonl "
            "handbook=examples/handbook_questions.jsonl",
        ),
        ("benchmarks.verdict --every 3 handbook=examples/handbook_questions.jsonl",),
    ),
    Job(
        "languages",
        (f"benchmarks.languages {DATA}/xquad",),
        (f"benchmarks.languages {DATA}/xquad --every 40",),
    ),
    Job(
        "passages",
        (
            f"benchmarks.passages --squad {DATA}/squad/squad.jsonl "
            f"--hotpot {DATA}/multihop/hotpot_train.jsonl",
        ),
        (f"benchmarks.passages --squad {DATA}/squad/squad.jsonl --every 60",),
    ),
    Job(
        "lexical",
        (f"benchmarks.lexical {DATA}/squad/articles --passages 100000",),
        (f"benchmarks.lexical {DATA}/squad/articles --passages 2000",),
        needs=("bm25s",),
    ),
    Job(
        "rerank",
        (f"benchmarks.rerank {DATA}/squad/squad.jsonl",),
        (f"benchmarks.rerank {DATA}/squad/squad.jsonl --every 230",),
        seconds=900,
    ),
    Job(
        "summary",
        (
            f"benchmarks.summary {DATA}/squad/articles/*.txt {DATA}/*/pdfs/*.pdf "
            f"{DATA}/multihop/hotpot_train.txt {DATA}/xquad/en.txt",
        ),
        seconds=1200,
    ),
    Job(
        "ingest-filings",
        (f"benchmarks.ingest {DATA}/*/pdfs/*.pdf",),
        (f"benchmarks.ingest {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf",),
        seconds=1200,
    ),
    Job(
        "million",
        (f"benchmarks.first_answer {DATA}/*/pdfs/*.pdf --tokens 1000000",),
        (f"benchmarks.first_answer {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf",),
    ),
    Job(
        "pages",
        (
            f"benchmarks.page_questions {DATA}/*/pdfs/*.pdf --out {SCRATCH}/page_level.jsonl",
            f"benchmarks.proxy_pages {DATA}/sec10q/sec10q.jsonl --out {SCRATCH}/sec10q.jsonl",
            f"benchmarks.retrieval {DATA}/finance_dev/finance.jsonl {SCRATCH}/page_level.jsonl "
            f"{SCRATCH}/sec10q.jsonl --systems {SYSTEMS}",
        ),
        seconds=3600,
    ),
)
