"""docagent eval needle"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from docagent.cli import options
from docagent.cli.progress import counter, notices
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.api import DocAgent
    from docagent.engine.prefix_scorer import Mode
    from docagent.evaluation.results import Results

Document = Annotated[
    Path | None,
    typer.Argument(
        metavar="DOC",
        help="Hide needles in this document, repeated with other names as far as needed.",
        show_default=False,
    ),
]
Synthetic = Annotated[
    bool, typer.Option("--synthetic", help="Hide them in a generated report instead.")
]
Lengths = Annotated[str, typer.Option(help="Tokens of text.")]
Depths = Annotated[int, typer.Option(min=1, help="Depths, evenly spaced.")]
NeedleCount = Annotated[int, typer.Option(min=1, help="Needles that one question asks for.")]
EngineOnly = Annotated[
    bool, typer.Option("--engine-only", help="Put the whole text into the model's window.")
]
LongContext = Annotated[
    str, typer.Option(help="With --engine-only: none, yarn or dca, several with commas.")
]
Seed = Annotated[int, typer.Option(help="Another seed gives other needles.")]
Plots = Annotated[bool, typer.Option("--plots/--no-plots", help="Draw heat maps.")]
Folder = Annotated[Path, typer.Option(help="A folder.")]


def needle(
    document: Document = None,
    synthetic: Synthetic = False,
    lengths: Lengths = "4K,32K,128K",
    depths: Depths = 11,
    needles: NeedleCount = 1,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    budget: options.Budget = None,
    engine_only: EngineOnly = False,
    long_context: LongContext = "yarn",
    seed: Seed = 0,
    plots: Plots = True,
    output: Folder = Path("eval-needle"),
) -> int:
    """Hide invented facts at several depths of long texts and ask for them.

    A single needle is asked for in its own words and in others; next to each there is a similar
    fact about another name. As many questions ask for what is not in the text; these are right
    when refused. Run again to go on where it stopped. The folder gets results.jsonl,
    summary.json, costs.jsonl, the haystacks, and heat maps.
    """
    if (document is None) != synthetic:
        raise typer.BadParameter("give either a document or --synthetic.")
    sizes, modes = _lengths(lengths), _modes(long_context)
    if engine_only and needles > 1:
        raise typer.BadParameter("--engine-only asks for one needle.", param_hint="--needles")
    from docagent.api import DocAgent
    from docagent.evaluation.needle import evaluate
    from docagent.evaluation.results import Results

    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        language_model = agent.language_model()
        text = agent.prepare(document).text(document) if document else None
        settings: dict[str, Any] = {
            "filler": hashlib.sha256(text.encode()).hexdigest() if text else "synthetic",
            "lengths": sizes,
            "depths": depths,
            "seed": seed,
            "model": language_model.name if language_model else "none",
        }
        if engine_only:
            settings |= {"engine_only": True, "long_context": modes}
        else:
            search = {"strategy": strategy, "embedding": embedding, "budget": budget}
            settings |= {"needles": needles, **search}
        with Results(output, settings) as results:
            if engine_only:
                _run_engine(agent, results, text)
            else:
                done = counter("questions")
                evaluate(agent, sizes, depths, needles, seed, results, text, done)
            _finish(results, lengths, plots)
    return 0


def _lengths(lengths: str) -> list[int]:
    from docagent.evaluation.needle import length_of

    try:
        return [length_of(length.strip()) for length in lengths.split(",")]
    except ValueError as error:
        raise typer.BadParameter(
            f"{lengths!r} are no lengths like 4K,32K,1M.", param_hint="--lengths"
        ) from error


def _modes(modes: str) -> list[str]:
    from docagent.evaluation.needle import LONG_CONTEXT

    names = [mode.strip() for mode in modes.split(",")]
    if unknown := set(names) - set(LONG_CONTEXT):
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))} is none of none, yarn and dca.",
            param_hint="--long-context",
        )
    return names


def _run_engine(agent: DocAgent, results: Results, document: str | None) -> None:
    from docagent.engine import ChatQwen2
    from docagent.evaluation.engine_only import evaluate
    from docagent.evaluation.needle import LONG_CONTEXT

    chat = agent.chat_model
    if not isinstance(chat, ChatQwen2):
        raise DocAgentError("--engine-only needs a model that runs here, not one behind a server.")
    settings = results.settings
    modes: list[Mode] = [mode for mode in LONG_CONTEXT if mode in settings["long_context"]]
    lengths, depths, seed = settings["lengths"], settings["depths"], settings["seed"]
    evaluate(chat, lengths, depths, modes, seed, results, document, counter("texts"))


def _finish(results: Results, lengths: str, plots: bool) -> None:
    """Write and print the summary and, with `plots`, draw the heat maps."""
    from docagent.evaluation.plots import plot
    from docagent.evaluation.summary import overview, write_summary

    cases, settings = list(results.cases.values()), results.settings
    write_summary(results, "document", "mode" if settings.get("engine_only") else "kind")
    files = plot(cases, results.folder) if plots else []
    print(f"{lengths} tokens, {settings['depths']} depths: {len(cases)} cases")
    print(overview(results))
    for file in files:
        print(file)
