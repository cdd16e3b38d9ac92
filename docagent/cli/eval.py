"""docagent eval"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docagent.cli.eval_needle import needle
from docagent.cli.eval_qa import qa
from docagent.sanitize import one_line

evaluation = typer.Typer(
    name="eval",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure answers: needle in a haystack, question sets, and comparison of two runs.",
)
evaluation.command()(needle)
evaluation.command()(qa)


@evaluation.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder of results, or its file.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another on the same questions.")],
) -> int:
    """Compare two runs question by question: differences with intervals, and what changed."""
    from docagent.evaluation.compare import Comparison
    from docagent.evaluation.summary import METRICS

    comparison = Comparison(first, second)
    unpaired = f", {comparison.unpaired} in one run only" if comparison.unpaired else ""
    print(f"{len(comparison.ids)} cases in both{unpaired}")
    for line in comparison.settings_changed():
        print(one_line(line))
    print(f"\n{'MEASURE':<37}{'N':>5}{'A':>10}{'B':>10}{'B - A':>10}   95% INTERVAL")
    for name, (a, b, change) in comparison.differences().items():
        significant = " *" if change.low > 0 or change.high < 0 else ""
        print(
            f"{METRICS[name]:<37}{change.n:>5}{a:>10.3f}{b:>10.3f}{change.value:>+10.3f}   "
            f"{change.low:+.3f} to {change.high:+.3f}{significant}"
        )
    print("\n* the interval leaves out zero")
    changed = comparison.changed()
    print(f"\n{len(changed)} cases changed{', worse ones first:' if changed else ''}")
    for case, lines in changed:
        print(f"{one_line(str(case['id']))}  {', '.join(lines)}  {one_line(case['question'])}")
    return 0
