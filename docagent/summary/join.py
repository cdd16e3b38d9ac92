"""Statements joined to fewer, each still standing on the documents' own words."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from docagent.checking.support import carries
from docagent.events import Step
from docagent.summary.prompt import join_prompt, translate_prompt
from docagent.summary.replies import PER_SENTENCE, replies
from docagent.summary.told import Span, Told, marked, same_figures, spread
from docagent.summary.work import Work
from retrieval.lexical.tokens import query_terms, terms

AT_ONCE = 60  # statements in a prompt, whose numbers have two digits
_FEWEST = 20  # statements that a prompt's are joined to on the way
_TRANSLATED = 20  # sentences in a prompt

Under = tuple[str, Told]  # the heading a statement is from


def join(
    work: Work, statements: Sequence[Under], most: int, what: str
) -> Generator[Step, None, list[Told]]:
    """At most `most` sentences; more statements than fit one prompt are joined in groups first."""
    if len(statements) <= most:
        return [one for _, one in statements]
    if len(statements) <= AT_ONCE:
        return (yield from _join(work, statements, most, what))
    fewer: list[Under] = []
    for at in range(0, len(statements), AT_ONCE):
        group = statements[at : at + AT_ONCE]
        for one in (yield from join(work, group, max(most, _FEWEST), what)):
            fewer.append((_heading(group, one), one))
    return (yield from join(work, fewer, most, what))


def translated(work: Work, told: Sequence[Told]) -> Generator[Step, None, dict[Told, Told]]:
    """Each sentence in the wanted language; in its own where a figure was lost on the way."""
    found: dict[Told, Told] = {}
    left = list(dict.fromkeys(told))
    groups = [left[at : at + _TRANSLATED] for at in range(0, len(left), _TRANSLATED)]
    prompts = (translate_prompt(group, work.wanted.language) for group in groups)
    for reply in replies(work, prompts, 2 * PER_SENTENCE * _TRANSLATED):
        group = groups[reply.number]
        for line in reply.text.splitlines():
            number, _, text = line.strip().removeprefix("[").partition("]")
            if not number.isdecimal() or not 1 <= int(number) <= len(group) or not text.strip():
                continue
            one = group[int(number) - 1]
            if same_figures(one.text, text):
                found[one] = Told(" ".join(text.split()), one.spans)
    kept = len(left) - len(found)
    yield Step(
        "translate", f"{len(found)} sentences" + (f", {kept} left as they were" * bool(kept))
    )
    return found


def _join(
    work: Work, statements: Sequence[Under], most: int, what: str
) -> Generator[Step, None, list[Told]]:
    prompt = join_prompt(statements, most, work.wanted)
    (reply,) = replies(work, [prompt], PER_SENTENCE * most)
    found: list[Told] = []
    dropped = 0
    for claim, numbers in marked(reply.text):
        cited = [statements[n - 1][1] for n in numbers if 1 <= n <= len(statements)]
        spans = _carried(work, claim, [span for one in cited for span in one.spans])
        if spans:
            found.append(Told(claim, spans))
        else:
            dropped += 1
    found = found[:most]
    told = f"{what}: {len(statements)} statements to {len(found)}"
    yield Step("join", told + f"; {dropped} without support left out" * bool(dropped))
    # Statements that hold, though unjoined, are better than nothing.
    return found or spread([one for _, one in statements], most)


def _carried(work: Work, claim: str, spans: list[Span]) -> tuple[Span, ...]:
    """The spans whose words together carry a claim, less those that have none of its terms."""
    wanted = set(query_terms(claim))
    words = {span: _words(work, span) for span in spans}
    near = {span: text for span, text in words.items() if wanted & set(terms(text))}
    return tuple(near) if near and carries(" ".join(near.values()), claim, "") else ()


def _words(work: Work, span: Span) -> str:
    """The words of a span; those of a table row with the table's header."""
    passage = work.corpus.span(*span)
    heads = dict.fromkeys(sentence.head for sentence in work.corpus.sentences(passage))
    return " ".join([*heads, passage.text])


def _heading(statements: Sequence[Under], one: Told) -> str:
    """The heading of the first statement that shares words with a sentence joined from them."""
    return next((head for head, made in statements if set(made.spans) & set(one.spans)), "")
