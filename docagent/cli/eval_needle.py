"""docagent eval needle"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.eval_common import Budget, shown, strategies
from docagent.cli.show import notices
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.api import DocAgent


def needle(
    document: Annotated[
        Path | None,
        typer.Argument(
            metavar="DOC",
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
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
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
    from docagent.api import DocAgent
    from docagent.evaluation.results import Results
    from docagent.evaluation.summary import costs, estimates, table, write_summary

    options.strategy_name(strategy)
    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        own = agent.language_model()
        name = own.name if own else "none"
        text = _text(agent, document) if document else None
        settings = {
            "filler": hashlib.sha256(text.encode()).hexdigest() if text else "synthetic",
            "lengths": sizes,
            "depths": depths,
            "seed": seed,
            "model": name,
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

                chat = agent.chat_model
                if not isinstance(chat, ChatQwen2):
                    raise DocAgentError(
                        "--engine-only needs a model that runs here, not one behind a server."
                    )
                wanted = [mode for mode in engine.MODES if mode in modes]
                engine.evaluate(chat, sizes, depths, wanted, seed, results, text, shown("texts"))
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
                    shown("questions"),
                )
            write_summary(results, "document", "mode" if engine_only else "kind")
            cases = list(results.cases.values())
            files = []
            if plots:
                from docagent.evaluation.needle_plot import plot

                files = plot(cases, output)
    taken = "engine alone" if engine_only else f"strategy {strategies(cases, strategy)}"
    print(f"{lengths} tokens, {depths} depths: {len(cases)} cases")
    print(f"model {name}, {taken}\n")
    print(table({**estimates(cases), **costs(results)}))
    for file in files:
        print(file)
    return 0


def _text(agent: DocAgent, document: Path) -> str:
    """The extracted text of a document."""
    from retrieval.progress import finish

    return finish(agent.open([document], wait=True)).text(document)
