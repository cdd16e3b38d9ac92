"""All cases of a run as one HTML page, the worst first; nothing in it is fetched from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from docagent.evaluation.results import Case, Results
from docagent.evaluation.summary import METRICS, estimates
from docagent.sanitize import plain

REPORT = "report.html"


def write_report(results: Results, title: str) -> Path:
    """`report.html`. Text of documents and models is escaped throughout, links are built here."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"plain": plain, "link": link}
    source = files("docagent.evaluation").joinpath(REPORT).read_text("utf-8")
    cases = sorted(results.cases.values(), key=worth)  # stable: equal ones in the set's order
    documents: dict[str, list[Case]] = {}
    for case in results.cases.values():
        documents.setdefault(case["document"], []).append(case)
    page = environment.from_string(source).render(
        title=title,
        settings=results.settings,
        metrics=METRICS,
        total=estimates(cases),
        documents={name: estimates(group) for name, group in documents.items()},
        cases=cases,
    )
    return results.write(REPORT, page + "\n")


def worth(case: Case) -> tuple[float, float]:
    """How good an answer is: the mean of what is right or wrong about it, then F1."""
    scores = case["scores"]
    names = ("contained", "hit_any", "answered", "refusal_recall")
    values = [scores[name] for name in names if scores.get(name) is not None]
    return (sum(values) / len(values) if values else 0.0), scores.get("f1") or 0.0


def link(file: str, page: int | None) -> str | None:
    """A file: URL of a document, for a PDF at its page; None for what is no file here."""
    path = Path(file)
    if not path.is_file():
        return None
    anchor = f"#page={int(page)}" if page and path.suffix.lower() == ".pdf" else ""
    return path.resolve().as_uri() + anchor
