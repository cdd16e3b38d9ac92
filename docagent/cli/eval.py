"""docagent eval"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.show import notices, one_line
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.agent import DocAgent

evaluation = typer.Typer(
    name="eval",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure answers: needles in a haystack, sets of questions, and two runs compared.",
)

Model = Annotated[
    str,
    typer.Option(
        help="auto, embedded, a Hugging Face id, a local folder, or openai:MODEL@URL.",
        envvar="DOCAGENT_MODEL",
    ),
]
Strategy = Annotated[str, typer.Option(help="auto, retrieve, read, direct or agent.")]
Budget = Annotated[
    int | None,
    typer.Option(min=50, help="Tokens of evidence to read.", show_default="about 4000"),
]


@evaluation.command()
def qa(
    questions: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", help="One question a line.", show_default=False)
    ],
    model: Model = "auto",
    strategy: Strategy = "auto",
    embedding: options.Embedding = None,
    budget: Budget = None,
    every: Annotated[int, typer.Option(min=1, help="Take one question in so many.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Take so many at most.")] = None,
    closed_book: Annotated[
        bool, typer.Option("--closed-book", help="Also ask the model without the document.")
    ] = False,
    judge: Annotated[
        str | None, typer.Option(help="A model that says whether each answer is right.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A folder.", show_default="eval-FILE in this folder")
    ] = None,
) -> int:
    """Answer a set of questions and score the answers; run again to go on where it stopped.

    Rows: {"id", "doc", "question", "answers", "answerable"} and where the answer stands:
    "evidence_pages", or "char_start" and "char_end". The folder gets results.jsonl (a case a
    line), summary.json and report.html, which two runs give alike to the byte, and costs.jsonl
    with what differs: seconds, and tokens computed.
    """
    from docagent.agent import DocAgent
    from docagent.evaluation.qa import evaluate
    from docagent.evaluation.questions import read_questions
    from docagent.evaluation.report import write_report
    from docagent.evaluation.results import Results
    from docagent.evaluation.summary import agreement, costs, estimates, table, write_summary

    asked = read_questions(questions, every, limit)
    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        settings = {
            "set": questions.name,
            "sha256": hashlib.sha256(questions.read_bytes()).hexdigest(),
            "every": every,
            "limit": limit,
            "model": agent.model.name,
            "strategy": strategy,
            "embedding": embedding,
            "budget": budget,
            "closed_book": closed_book,
            "judge": judge,
        }
        judging = None
        if judge is not None:
            judging = agent.model if judge == model else DocAgent(judge).model
        folder = output or Path(f"eval-{questions.stem}")
        with Results(folder, settings) as results:
            evaluate(
                agent,
                asked,
                results,
                closed=closed_book,
                judge=judging,
                on_done=_shown("questions"),
            )
            write_summary(results)
            report = write_report(results, f"docagent eval qa {questions.name}")
    cases = list(results.cases.values())
    documents = len({case["document"] for case in cases})
    print(f"{one_line(questions.name)}: {len(cases)} questions on {documents} documents")
    print(f"model {agent.model.name}, strategy {_strategies(cases, strategy)}\n")
    print(table({**estimates(cases), **costs(results)}))
    if judge is not None:
        told, exact, held = agreement(cases)
        print(
            f"\nThe judge agrees with exact match on {exact} of {told} answers, and on {held} with "
            "whether a gold answer is contained."
        )
    print(f"\n{report}")
    return 0


@evaluation.command()
def needle(
    document: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DOC]",
            help="Hide needles in this document, repeated with other names as far as needed.",
            show_default=False,
        ),
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Hide them in a generated report instead.")
    ] = False,
    lengths: Annotated[str, typer.Option(help="Tokens of text.")] = "4K,32K,128K",
    depths: Annotated[int, typer.Option(min=1, help="Depths, evenly spaced.")] = 11,
    needles: Annotated[int, typer.Option(min=1, help="Needles that one question asks for.")] = 1,
    model: Model = "auto",
    strategy: Strategy = "auto",
    embedding: options.Embedding = None,
    budget: Budget = None,
    engine_only: Annotated[
        bool, typer.Option("--engine-only", help="Put the whole text into the model's window.")
    ] = False,
    long_context: Annotated[
        str, typer.Option(help="With --engine-only: none, yarn or dca, several with commas.")
    ] = "yarn",
    seed: Annotated[int, typer.Option(help="Another one gives other needles.")] = 0,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw heat maps.")] = True,
    output: Annotated[Path, typer.Option(help="A folder.")] = Path("eval-needle"),
) -> int:
    """Hide invented facts at several depths of long texts and ask for them.

    A single needle is asked for in its own words and in others; beside each stands a like fact
    on another name. As many questions ask for what is nowhere and are right when refused. Run
    again to go on where it stopped. The folder gets results.jsonl, summary.json, costs.jsonl,
    the haystacks, and heat maps.
    """
    if (document is None) != synthetic:
        raise typer.BadParameter("give either a document or --synthetic.")
    from docagent.evaluation.needle import length_of

    try:
        sizes = [length_of(one.strip()) for one in lengths.split(",")]
    except ValueError as error:
        raise typer.BadParameter(
            f"{lengths!r} are no lengths like 4K,32K,1M.", param_hint="--lengths"
        ) from error
    modes = [mode.strip() for mode in long_context.split(",")]
    if unknown := set(modes) - {"none", "yarn", "dca"}:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))} is none of none, yarn and dca.",
            param_hint="--long-context",
        )
    if engine_only and needles > 1:
        raise typer.BadParameter("--engine-only asks for one needle.", param_hint="--needles")
    from docagent.agent import DocAgent
    from docagent.evaluation.results import Results
    from docagent.evaluation.summary import costs, estimates, table, write_summary

    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        text = _text(agent, document) if document else None
        settings = {
            "filler": hashlib.sha256(text.encode()).hexdigest() if text else "synthetic",
            "lengths": sizes,
            "depths": depths,
            "seed": seed,
            "model": agent.model.name,
        }
        if engine_only:
            settings |= {"engine_only": True, "long_context": modes}
        else:
            settings |= {
                "needles": needles,
                "strategy": strategy,
                "embedding": embedding,
                "budget": budget,
            }
        with Results(output, settings) as results:
            if engine_only:
                from docagent.engine import ChatQwen2
                from docagent.evaluation import engine_only as engine

                chat = agent.model.chat
                if not isinstance(chat, ChatQwen2):
                    raise DocAgentError(
                        "--engine-only needs a model that runs here, not one behind a server."
                    )
                wanted = [mode for mode in engine.MODES if mode in modes]
                engine.evaluate(chat, sizes, depths, wanted, seed, results, text, _shown("texts"))
            else:
                from docagent.evaluation.needle import Needles
                from docagent.evaluation.needle_agent import evaluate
                from retrieval.embed.encoder import Encoder

                encoder = Encoder()
                evaluate(
                    agent,
                    sizes,
                    lambda length: Needles(depths, needles, f"{seed} {length}"),
                    results,
                    lambda part: encoder.count([part])[0],
                    text,
                    _shown("questions"),
                )
            write_summary(results)
            cases = list(results.cases.values())
            files = []
            if plots:
                from docagent.evaluation.needle_plot import plot

                files = plot(cases, output)
    taken = "engine alone" if engine_only else f"strategy {_strategies(cases, strategy)}"
    print(f"{lengths} tokens, {depths} depths: {len(cases)} cases")
    print(f"model {agent.model.name}, {taken}\n")
    print(table({**estimates(cases), **costs(results)}))
    for file in files:
        print(file)
    return 0


def _text(agent: DocAgent, document: Path) -> str:
    """The extracted text of a document."""
    from retrieval.progress import finish

    return finish(agent.open([document], wait=True)).text(document)


@evaluation.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder of results, or its file.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another on the same questions.")],
) -> int:
    """Compare two runs question by question: differences with intervals, and what changed."""
    from docagent.evaluation.compare import Comparison
    from docagent.evaluation.summary import TITLES

    found = Comparison(first, second)
    alone = f", {found.alone} in one run only" if found.alone else ""
    print(f"{len(found.ids)} cases in both{alone}")
    for line in found.settings_changed():
        print(one_line(line))
    print(f"\n{'MEASURE':<37}{'N':>5}{'A':>10}{'B':>10}{'B - A':>10}   95% INTERVAL")
    for name, (was, now, change) in found.differences().items():
        figures = "".join(f"{value:>10.3f}" for value in (was, now))
        sure = " *" if change.low > 0 or change.high < 0 else ""
        print(
            f"{TITLES[name]:<37}{change.n:>5}{figures}{change.value:>+10.3f}   "
            f"{change.low:+.3f} to {change.high:+.3f}{sure}"
        )
    print("\n* the interval leaves out zero")
    changed = found.changed()
    print(f"\n{len(changed)} cases changed{', worse ones first:' if changed else ''}")
    for case, lines in changed:
        print(f"{one_line(str(case['id']))}  {', '.join(lines)}  {one_line(case['question'])}")
    return 0


def _shown(what: str) -> Callable[[int, int], None]:
    """Prints how much is done, on a terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} {what}", end=end, file=sys.stderr, flush=True)

    return show


def _strategies(cases: list[dict[str, object]], asked: str) -> str:
    """What was asked for, and what the agent took."""
    taken = sorted({str(case["strategy"]) for case in cases})
    return asked if taken == [asked] else f"{asked} ({', '.join(taken)})"
