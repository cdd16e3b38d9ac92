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
"""The Python that has LlamaIndex and Qwen-Agent."""


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

    @property
    def wants_rivals(self) -> bool:
        """Whether it compares with what runs in an environment of its own."""
        return any(RIVALS in command for command in self.commands)


def _engine(section: str, seconds: int = 600, long: bool = False) -> Job:
    command = f"benchmarks.engine {section}"
    return Job(f"engine-{section}", (command,), (f"{command} --quick",), seconds, long=long)


def _set(file: str, every: int = 1) -> str:
    name = file.rpartition("/")[2].removesuffix(".jsonl")
    return (
        f"docagent eval qa {DATA}/{file} --every {every} --model embedded "
        f"--output {SCRATCH}/qa-{name}"
    )


_SETS = {  # and which share of each: a question takes 3 to 6 s
    "squad/squad.jsonl": 4,
    "xquad/en.jsonl": 8,
    "xquad/de.jsonl": 8,
    "xquad/zh.jsonl": 8,
    "xquad/ar.jsonl": 8,
    "finance_dev/finance.jsonl": 1,
    "sec10q/sec10q.jsonl": 1,
    "multihop/hotpot_train.jsonl": 1,
}
_NEEDLE = f"docagent eval needle --synthetic --model embedded --output {SCRATCH}/needle"


def _text(strategy: str, length: str, depths: int) -> str:
    return (
        f"docagent eval needle {DATA}/multihop/hotpot_train.txt --lengths {length} "
        f"--depths {depths} --strategy {strategy} --model embedded --no-plots "
        f"--output {SCRATCH}/{strategy}-{length}-{depths}"
    )


_STARTUP = 'benchmarks.answers.startup examples/handbook.pdf "Who audited the accounts?"'
_SQUAD = f"benchmarks.answers.squad {DATA}/squad/squad.jsonl"
_ASKED = f"--questions {DATA}/squad/squad.jsonl"
_RUNS = f"benchmarks.answers.agent {DATA}/multihop/hotpot_train.jsonl"
_PAGE_QUESTIONS = (
    f"benchmarks.retrieval.page_questions {DATA}/*/pdfs/*.pdf --out {SCRATCH}/page_level.jsonl"
)
_TEXTS = f"--squad {DATA}/squad/squad.jsonl --hotpot {DATA}/multihop/hotpot_train.jsonl"

JOBS = (
    Job("guard", ("benchmarks.answers.guard",), ("benchmarks.answers.guard --every 5",)),
    Job("startup", (_STARTUP,), (f"{_STARTUP} --rounds 1",)),
    Job(
        "first-answer",
        (
            # LangChain takes four times as long (25 s for 6 s at 32K): minutes at a million.
            "benchmarks.retrieval.first_answer --lengths 4K,32K,128K,1M "
            f"--systems ours {LANGCHAIN} --rival-to 128K",
        ),
        ("benchmarks.retrieval.first_answer --lengths 4K",),
    ),
    Job(
        "ingest",
        ("benchmarks.retrieval.ingest examples/handbook.pdf",),
        ("benchmarks.retrieval.ingest examples/handbook.pdf",),
    ),
    Job(
        "embed",
        ("benchmarks.retrieval.embed",),
        ("benchmarks.retrieval.embed --rounds 1",),
        seconds=900,
    ),
    Job(
        "ocr",
        ("benchmarks.retrieval.ocr 12 14 21",),
        ("benchmarks.retrieval.ocr 21",),
        needs=("rapidocr",),
    ),
    Job("needles", ("benchmarks.answers.needles",), ("benchmarks.answers.needles --tokens 20000",)),
    Job("agent-runs", (_RUNS,), (f"{_RUNS} -n 4",), seconds=12_000),
    _engine("agent"),
    _engine("decode"),
    _engine("quote"),
    _engine("tools"),
    _engine("batch"),
    _engine("layer"),
    _engine("yarn", seconds=3600, long=True),  # half an hour by itself
    Job(
        "picture",
        (
            f"{_NEEDLE} --lengths 4K,32K,128K,1M --depths 11",
            f"benchmarks.answers.evals {SCRATCH}/needle --pictures needle",
        ),
        (
            f"{_NEEDLE} --lengths 2K --depths 1 --no-plots",
            f"benchmarks.answers.evals {SCRATCH}/needle",
        ),
        seconds=3600,
        long=True,
    ),
    Job(
        "engine-picture",
        (
            f"{_NEEDLE} --lengths 2K,8K,16K,32K --depths 5 --engine-only "
            "--long-context none,yarn,dca",
            f"benchmarks.answers.evals {SCRATCH}/needle --pictures engine",
        ),
        (
            f"{_NEEDLE} --lengths 1K --depths 1 --engine-only --no-plots",
            f"benchmarks.answers.evals {SCRATCH}/needle",
        ),
        seconds=7200,
        long=True,
    ),
    Job(
        "sets",
        (
            *(_set(file, every) for file, every in _SETS.items()),
            f"benchmarks.answers.evals {SCRATCH}/qa-*",
        ),
        (_set("finance_dev/finance.jsonl", 7), f"benchmarks.answers.evals {SCRATCH}/qa-finance"),
        seconds=7200,
        long=True,
    ),
    Job(
        "needles-text",
        (
            _text("auto", "1M", 1),
            _text("auto", "1M", 3),
            _text("auto", "1M", 10),
            _text("read", "128K", 3),
            f"benchmarks.answers.evals {SCRATCH}/auto-1M-1 {SCRATCH}/auto-1M-3 {SCRATCH}/auto-1M-10 "
            f"{SCRATCH}/read-128K-3",
        ),
        (_text("auto", "16K", 1), f"benchmarks.answers.evals {SCRATCH}/auto-16K-1"),
        seconds=3600,
        long=True,
    ),
    Job(
        "kill",
        ("benchmarks.retrieval.kill --kills 50",),
        ("benchmarks.retrieval.kill --kills 2",),
        3600,
        long=True,
    ),
    Job("squad", (f"{_SQUAD} --model none --every 2",), (f"{_SQUAD} --model none --every 90",)),
    Job("squad-model", (f"{_SQUAD} --every 5",), (f"{_SQUAD} --every 180",), seconds=900),
    Job(
        "verdict",
        (
            f"benchmarks.answers.verdict squad={DATA}/squad/squad.jsonl "
            f"reports={DATA}/sec10q/sec10q.jsonl,{DATA}/finance_dev/finance.jsonl "
            "handbook=examples/handbook_questions.jsonl",
        ),
        ("benchmarks.answers.verdict --every 3 handbook=examples/handbook_questions.jsonl",),
    ),
    Job(
        "verdict-xquad",
        (
            "benchmarks.answers.verdict --parts 4 --every 2 "
            + " ".join(f"{name}={DATA}/xquad/{name}.jsonl" for name in ("en", "de", "zh", "ar")),
        ),
        (f"benchmarks.answers.verdict --parts 4 --every 40 en={DATA}/xquad/en.jsonl",),
    ),
    Job(
        "languages",
        (f"benchmarks.retrieval.languages {DATA}/xquad",),
        (f"benchmarks.retrieval.languages {DATA}/xquad --every 40",),
    ),
    Job(
        "passages",
        (
            f"benchmarks.retrieval.passages --squad {DATA}/squad/squad.jsonl "
            f"--filler {DATA}/multihop/hotpot_train.txt "
            f"--hotpot {DATA}/multihop/hotpot_train.jsonl",
        ),
        (f"benchmarks.retrieval.passages --squad {DATA}/squad/squad.jsonl --every 60",),
    ),
    Job(
        "lexical",
        (f"benchmarks.retrieval.lexical {DATA}/squad/articles --passages 100000",),
        (f"benchmarks.retrieval.lexical {DATA}/squad/articles --passages 2000",),
        needs=("bm25s",),
    ),
    Job(
        "rerank",
        (f"benchmarks.retrieval.rerank {DATA}/squad/squad.jsonl",),
        (f"benchmarks.retrieval.rerank {DATA}/squad/squad.jsonl --every 230",),
        seconds=900,
    ),
    Job(
        "dense",
        (
            f"benchmarks.retrieval.dense {DATA}/*/pdfs/*.pdf {DATA}/squad/articles/*.txt {DATA}/xquad/en.txt "
            f"{DATA}/multihop/hotpot_train.txt {_ASKED} --rows 6000 100000 600000",
        ),
        (
            f"benchmarks.retrieval.dense {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf {_ASKED} "
            "--rows 3000",
        ),
        seconds=1200,
    ),
    Job(
        "reading",
        (f"benchmarks.answers.reading {DATA}/sec10q/pdfs/2023_Q3_NVDA.pdf",),
        (
            f"benchmarks.answers.reading {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf --kill 1",
        ),
        seconds=1200,
    ),
    Job(
        "summary",
        (
            f"benchmarks.answers.summary {DATA}/squad/articles/*.txt --output {SCRATCH}/summaries.jsonl",
        ),
        (
            f"benchmarks.answers.summary {DATA}/squad/articles/Vi*.txt --output {SCRATCH}/summaries.jsonl",
        ),
        seconds=7200,
    ),
    Job(
        "ingest-filings",
        (f"benchmarks.retrieval.ingest {DATA}/*/pdfs/*.pdf",),
        (f"benchmarks.retrieval.ingest {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf",),
        seconds=1200,
    ),
    Job(
        "million",
        (f"benchmarks.retrieval.first_answer {DATA}/*/pdfs/*.pdf --tokens 1000000",),
        (f"benchmarks.retrieval.first_answer {DATA}/finance_dev/pdfs/PEPSICO_2023Q1_EARNINGS.pdf",),
    ),
    Job(
        "pages",
        (
            _PAGE_QUESTIONS,
            f"benchmarks.retrieval.proxy_pages {DATA}/sec10q/sec10q.jsonl --out {SCRATCH}/sec10q.jsonl",
            f"benchmarks.retrieval.systems {DATA}/finance_dev/finance.jsonl {SCRATCH}/page_level.jsonl "
            f"{SCRATCH}/sec10q.jsonl --systems {SYSTEMS}",
        ),
        seconds=3600,
    ),
    Job(
        "cost",
        (
            f"benchmarks.answers.agent_cost {DATA}/squad/articles/*.txt "
            f"{DATA}/multihop/hotpot_train.txt --rival {RIVALS}",
        ),
        seconds=7200,
        long=True,
    ),
    Job(
        "ablation",
        (
            _PAGE_QUESTIONS,
            f"benchmarks.retrieval.ablation {DATA}/finance_dev/finance.jsonl {SCRATCH}/page_level.jsonl "
            f"{_TEXTS}",
        ),
        (f"benchmarks.retrieval.ablation examples/handbook_questions.jsonl {_TEXTS} --every 30",),
        seconds=3600,
        long=True,
    ),
)
