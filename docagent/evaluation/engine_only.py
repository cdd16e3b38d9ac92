"""Needles in the model's own window: the whole text is its prompt, no search. A test of YaRN.

All needles of a length stand in one text, each of another form, so that it is read once. Scores of
a needle: `found`, the value stands in the answer written to the question. A model of 135M
parameters writes badly, so there are two more with a reply that begins with the needle's sentence
up to its value: `completed`, whether the model goes on with the value, and `likeliest`, whether of
ten values of that form the right one has the lowest mean loss a token (chance: one in ten).
No fact of a needle's form is put beside it: of facts told apart by invented names alone that model
finds none at any length.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Literal

import torch
from langchain_core.messages import HumanMessage

from docagent.engine.decoding.generate import Generation, forward, prefill
from docagent.engine.engine import Engine
from docagent.engine.network.dual_chunk import chunks_for
from docagent.errors import DocAgentError
from docagent.evaluation.facts import FORMS, Fact, Facts
from docagent.evaluation.haystack import boundary, cut, inserted, repeated
from docagent.evaluation.match import contained
from docagent.evaluation.needle import length_name
from docagent.evaluation.prose import report
from docagent.evaluation.qa import OnDone
from docagent.evaluation.results import Case, Results

if TYPE_CHECKING:
    from docagent.engine.chat import ChatQwen2
    from docagent.engine.network.kv_cache import KVCache

Mode = Literal["none", "yarn", "dca"]
MODES: tuple[Mode, ...] = ("none", "yarn", "dca")

CANDIDATES = 10
"""Values compared, the right one among them."""

_ANSWER = 24  # tokens the model may write
_MARGIN = 96  # tokens of the window for template, question and answer


@dataclass(frozen=True, slots=True)
class _Needle:
    depth: float
    fact: Fact
    candidates: tuple[str, ...]  # the right one first


def samples(depths: int) -> int:
    """Needles a cell: as many as there are forms for."""
    return max(1, len(FORMS) // depths)


def evaluate(
    chat: ChatQwen2,
    lengths: Sequence[int],
    depths: int,
    modes: Sequence[Mode],
    seed: int,
    results: Results,
    document: str | None,
    on_done: OnDone | None = None,
) -> None:
    """Every mode at every length that `results` does not hold yet.

    `none` reads with factor 1 at any length, `yarn` with the least factor that holds it, `dca`
    with dual chunks. Within the native window they are one method, which is run once.
    """
    total, done = len(lengths) * len(modes), 0
    for length in lengths:
        known: dict[tuple[str, float], tuple[list[Case], float]] = {}
        for mode in modes:
            past = _empty(chat, mode, length)
            method = _method(past, length)
            ids = _ids(mode, length, depths)
            if not all(id in results.cases for id in ids):
                if method not in known:
                    known[method] = _run(chat, length, depths, seed, past, document)
                cases, seconds = known[method]
                for id, case in zip(ids, cases, strict=True):
                    if id not in results.cases:
                        told = {"id": id, "document": f"{mode} {length_name(length)}", "mode": mode}
                        results.add({**told, **case}, {"seconds": round(seconds / len(ids), 3)})
            done += 1
            if on_done:
                on_done(done, total)


def _ids(mode: Mode, length: int, depths: int) -> list[str]:
    return [
        f"{mode} {length_name(length)} {cell}.{sample}"
        for cell in range(depths)
        for sample in range(samples(depths))
    ]


def _empty(chat: ChatQwen2, mode: Mode, length: int) -> KVCache:
    """Keys and values for a prompt of that length, read as the mode says."""
    loaded = chat.engine.loaded
    engine = Engine(loaded, long_context="dca" if mode == "dca" else "yarn", prefix_cache=False)
    return engine.new_cache(length, 1.0 if mode == "none" else None)


def _method(past: KVCache, length: int) -> tuple[str, float]:
    """What decides the result: dual chunks of a text of one chunk are no other than factor 1."""
    name, value = past.method
    single = name == "dca" and length <= chunks_for(past.config.native).length
    return ("yarn", 1.0) if single else (name, value)


def _run(
    chat: ChatQwen2, length: int, depths: int, seed: int, past: KVCache, document: str | None
) -> tuple[list[Case], float]:
    """All needles of one text: read once, then asked one after the other."""
    begun = time.perf_counter()
    text, needles = _haystack(chat, length, depths, seed, document)
    prompts = [_prompt(chat, text, needle.fact.own) for needle in needles]
    shared = _common(prompts)
    prefill(chat.engine.network, past, prompts[0][:shared], chat.engine.chunk)
    cases = []
    for needle, ids in zip(needles, prompts, strict=True):
        past.crop(shared)
        reply = _reply(chat, past, ids)
        past.crop(shared)
        losses, written = _losses(chat, past, ids, needle)
        rank = 1 + sum(loss <= losses[0] for loss in losses[1:])
        cases.append(
            {
                "length": length,
                "depth": needle.depth,
                "question": needle.fact.own,
                "values": [needle.fact.value],
                "answer": reply,
                "candidates": list(needle.candidates),
                "losses": [round(loss, 4) for loss in losses],
                "rank": rank,
                "prompt_tokens": len(ids),
                "scores": {
                    "found": contained(reply, [needle.fact.value]),
                    "completed": float(written),
                    "likeliest": float(rank == 1),
                },
            }
        )
    return cases, time.perf_counter() - begun


def _haystack(
    chat: ChatQwen2, length: int, depths: int, seed: int, document: str | None
) -> tuple[str, list[_Needle]]:
    """A text that leaves room in the window for question and answer."""
    facts = Facts(Random(f"{seed} {length}"))
    random = facts.random
    cells = [n / (depths - 1) for n in range(depths)] if depths > 1 else [0.5]
    forms = random.sample(range(len(FORMS)), len(FORMS))
    needles = []
    for sample in range(samples(depths)):
        for number, depth in enumerate(cells):
            form = forms[(sample * depths + number) % len(forms)]
            fact, *others = (facts.draw(form) for _ in range(CANDIDATES))
            needles.append(_Needle(depth, fact, (fact.value, *(one.value for one in others))))
    needles.sort(key=lambda needle: needle.depth)
    room = length - _MARGIN - sum(chat.count(needle.fact.sentence) + 1 for needle in needles)
    if room < length // 10:
        raise DocAgentError(
            f"{length:,} tokens are too few for {len(needles)} needles; give larger --lengths or "
            "fewer --depths."
        )
    pieces = report(random, None) if document is None else repeated(document)
    hay = cut(pieces, room, chat.count)
    # Those of one cell a little apart, so that they are no paragraph of their own.
    placed = [
        (boundary(hay, 0.96 * needle.depth + 0.02 * (n % samples(depths))), needle.fact.sentence)
        for n, needle in enumerate(needles)
    ]
    return inserted(hay, placed)[0], needles


def _prompt(chat: ChatQwen2, text: str, question: str) -> list[int]:
    asked = f"{text}\n\n{question} Answer in one short sentence from the text above."
    return list(chat.engine.prompts.encode([HumanMessage(asked)]).ids)


def _common(prompts: list[list[int]]) -> int:
    """Tokens that all prompts begin with."""
    columns = zip(*prompts, strict=False)
    return next(n for n, column in enumerate(columns) if len(set(column)) > 1)


def _reply(chat: ChatQwen2, past: KVCache, ids: list[int]) -> str:
    engine = chat.engine
    written = Generation(
        engine.network,
        past,
        ids,
        max_new_tokens=_ANSWER,
        eos_ids=engine.loaded.eos_ids,
        chunk=engine.chunk,
    )
    text = chat.tokenizer.decode(list(written))
    assert isinstance(text, str)
    return text.strip()


def _losses(
    chat: ChatQwen2, past: KVCache, ids: list[int], needle: _Needle
) -> tuple[list[float], bool]:
    """Mean loss a token, in nats, of each candidate behind the needle's sentence up to it.

    Also whether the model would write the right one there, each token the most likely one.
    """
    network, chunk = chat.engine.network, chat.engine.chunk
    begun = [*ids, *chat.get_token_ids(needle.fact.lead)]
    first = prefill(network, past, begun, chunk)
    losses: list[float] = []
    written = False
    for value in needle.candidates:
        past.crop(len(begun))
        tokens = chat.get_token_ids(f" {value}")
        rows = [first]
        if len(tokens) > 1:
            rows.append(forward(network, past, tokens[:-1], last=len(tokens) - 1))
        logits = torch.cat(rows).float()
        wanted = torch.tensor(tokens, device=logits.device)
        if not losses:
            written = bool((logits.argmax(-1) == wanted).all())
        losses.append(float(torch.nn.functional.cross_entropy(logits, wanted)))
    return losses, written
