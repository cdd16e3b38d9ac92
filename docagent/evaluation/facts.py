"""Invented facts to hide in a long text, the questions that ask for them, and text around them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

DISTRACTOR_EVERY = 4
"""One paragraph of a report in so many, of about 90 tokens each, holds a distractor."""

_TEXTS: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("synthetic.toml").read_text("utf-8")
)
_WORDS: dict[str, list[str]] = {
    kind: words.split() if isinstance(words, str) else words
    for kind, words in _TEXTS["words"].items()
}
_SLOT = re.compile(r"\{(\w+)(?:\.\.(\d+))?:?([^}]*)\}")


def fill(random: Random, template: str, **words: str) -> str:
    """A template with its slots drawn: {kind} of word, {first..last:format} number, or `words`."""

    def draw(slot: re.Match[str]) -> str:
        kind, last, number_format = slot.groups()
        if last:
            return format(random.randint(int(kind), int(last)), number_format)
        if kind in _DRAWN:
            return _DRAWN[kind](random)
        return words.get(kind) or random.choice(_WORDS[kind])

    return _SLOT.sub(draw, template)


def needle_name(random: Random) -> str:
    """A name that no document has, of 2,592: "Dalenbury"."""
    return fill(random, "{onsets}{middles}{endings}").capitalize()


def filler_name(random: Random) -> str:
    """A name for people and places of the filler, never one of `needle_name`."""
    return fill(random, "{onsets}{onsets}{vowels}").capitalize()


def _number(random: Random) -> str:
    return str(random.choice((random.randint(21, 99), random.randint(100, 9999))))


_DRAWN = {"place": filler_name, "person": filler_name, "number": _number}


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, the value asked for in it, and two ways to ask.

    `question` asks in the sentence's words, `paraphrase` in others but with its names; `name`
    tells it from others of its form.
    """

    sentence: str
    value: str
    question: str
    paraphrase: str
    name: str

    @property
    def lead(self) -> str:
        """The sentence up to its value."""
        return self.sentence[: self.sentence.rindex(self.value)].rstrip()


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of fact, as synthetic.toml describes it."""

    sentence: str
    value: str
    question: str
    paraphrase: str
    name: str
    together: str
    pair: str = ""

    def draw(self, random: Random) -> str:
        """A value."""
        pair = random.sample(_WORDS[self.pair], 2) if self.pair else ()
        return fill(random, self.value, **dict(zip(("first", "second"), pair, strict=False)))

    def fact(self, a: str, b: str, value: str) -> Fact:
        """The fact on these names."""
        templates = (self.sentence, "{value}", self.question, self.paraphrase, self.name)
        return Fact(*(template.format(a=a, b=b, value=value) for template in templates))

    def ask_all(self, facts: Sequence[Fact]) -> str:
        """One question for the values of several facts of this form."""
        *names, last = [fact.name for fact in facts]
        return self.together.format(names=f"{', '.join(names)} and {last}" if names else last)


FORMS = tuple(Form(**form) for form in _TEXTS["forms"])


@dataclass
class FactGenerator:
    """Draws facts. `distractor` never repeats a name or a value of `draw` and `draw_pair`."""

    random: Random
    names: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    def draw(self, form: int, b: str | None = None) -> Fact:
        """A new fact of the form of this number, with `b` or a new name as its second name."""
        fact_form = FORMS[form % len(FORMS)]
        a, b = self._new(needle_name, self.names), b or self._new(needle_name, self.names)
        return fact_form.fact(a, b, self._new(fact_form.draw, self.values))

    def draw_pair(self, form: int) -> tuple[Fact, Fact]:
        """A fact, and one with another first name and value but the same second name."""
        b = self._new(needle_name, self.names)
        return self.draw(form, b), self.draw(form, b)

    def distractor(self) -> Fact:
        """A fact of any form on other names; there is no end to them, and some say the same."""
        form = self.random.choice(FORMS)
        a, b = self._unlike(needle_name, self.names), self._unlike(needle_name, self.names)
        return form.fact(a, b, self._unlike(form.draw, self.values))

    def _unlike(self, draw: Callable[[Random], str], known: set[str]) -> str:
        while (text := draw(self.random)) in known:
            pass
        return text

    def _new(self, draw: Callable[[Random], str], known: set[str]) -> str:
        text = self._unlike(draw, known)
        known.add(text)
        return text


def report(random: Random, facts: FactGenerator | None) -> Iterator[str]:
    """A report without end, about nothing real: sections of a heading and some paragraphs.

    With `facts`, one paragraph in `DISTRACTOR_EVERY` holds a distractor drawn from there.
    """
    chapters = list(_TEXTS["chapters"].items())
    section = 0
    while True:
        part, chapter = divmod(section, len(chapters))
        title, templates = chapters[chapter]
        yield f"{part + 1}.{chapter + 1} {title}, {filler_name(random)}\n\n"
        for _ in range(random.randint(5, 9)):
            chosen = random.sample(templates, random.randint(3, 5))
            sentences = [fill(random, template) for template in chosen]
            if facts is not None and random.randrange(DISTRACTOR_EVERY) == 0:
                sentences.insert(random.randint(1, len(sentences)), facts.distractor().sentence)
            yield " ".join(sentences) + "\n\n"
        section += 1
