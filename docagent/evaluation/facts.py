"""Invented facts to hide in a long text, how to ask for them, and others like them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from docagent.evaluation import vocabulary as words


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, the value asked for in it, and three ways to ask.

    `own` asks in the sentence's words, `paraphrased` in others but with its names; `name` tells
    it from others of its form.
    """

    sentence: str
    value: str
    own: str
    paraphrased: str
    name: str

    @property
    def lead(self) -> str:
        """The sentence up to its value."""
        return self.sentence[: self.sentence.rindex(self.value)].rstrip()


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of fact: templates over two names, {a} and {b}, and how a {value} is drawn.

    `together` asks for the values of several {names} at once.
    """

    sentence: str
    own: str
    paraphrased: str
    name: str
    together: str
    value: Callable[[Random], str]

    def fact(self, a: str, b: str, value: str) -> Fact:
        """The fact on these names."""
        slots = {"a": a, "b": b, "value": value}
        return Fact(*(one.format(**slots) for one in self._templates()))

    def _templates(self) -> tuple[str, str, str, str, str]:
        return self.sentence, "{value}", self.own, self.paraphrased, self.name

    def ask_all(self, facts: list[Fact]) -> str:
        """One question for the values of several facts of this form."""
        names = [fact.name for fact in facts]
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        return self.together.format(names=listed)


FORMS = (
    Form(
        "The vault of the {a} Bank in {b} opens at {value} in the morning.",
        "When does the vault of the {a} Bank in {b} open?",
        "At what hour is the strongroom at {a} in {b} unlocked?",
        "the {a} Bank in {b}",
        "When do the vaults of {names} open?",
        words.hour,
    ),
    Form(
        "Captain {a} sailed the schooner {b} around Cape Ollender in {value} days.",
        "In how many days did Captain {a} sail the schooner {b} around Cape Ollender?",
        "How long did {a}'s voyage with the {b} past Ollender last?",
        "Captain {a} with the schooner {b}",
        "In how many days did {names} sail around Cape Ollender?",
        words.figure,
    ),
    Form(
        "The bell of Saint {a}'s chapel in {b} was cast from {value} melted candlesticks.",
        "From how many melted candlesticks was the bell of Saint {a}'s chapel in {b} cast?",
        "How many church lights were turned into metal for ringing at Saint {a}'s in {b}?",
        "Saint {a}'s chapel in {b}",
        "From how many melted candlesticks were the bells of {names} cast?",
        words.figure,
    ),
    Form(
        "Doctor {a} proved that the blue lichen of {b} cures {value}.",
        "What did Doctor {a} prove that the blue lichen of {b} cures?",
        "Which ailment can be healed with the moss-like plant from {b} according to {a}?",
        "of {b} studied by Doctor {a}",
        "What do the blue lichens {names} cure?",
        words.ailment,
    ),
    Form(
        "The password to the archive of the {a} Guild in {b} is '{value}'.",
        "What is the password to the archive of the {a} Guild in {b}?",
        "Which secret phrase gives entry to the records of {a} in {b}?",
        "the {a} Guild in {b}",
        "What are the passwords to the archives of {names}?",
        words.phrase,
    ),
    Form(
        "Every winter the mayor of {a} pays the ferryman of {b} a rent of {value}.",
        "What rent does the mayor of {a} pay the ferryman of {b} every winter?",
        "What does the town head of {a} owe the boatman of {b} when it is cold?",
        "the mayor of {a} to the ferryman of {b}",
        "What rents are paid every winter by {names}?",
        words.rent,
    ),
    Form(
        "The comet {a}-{b} will pass closest to Earth on {value}.",
        "When will the comet {a}-{b} pass closest to Earth?",
        "On which date is {a}-{b} nearest our planet?",
        "{a}-{b}",
        "When will the comets {names} pass closest to Earth?",
        words.date,
    ),
    Form(
        "The chef {a} thickens the famous {b} soup with {value}.",
        "With what does the chef {a} thicken the famous {b} soup?",
        "Which ingredient gives {a}'s well-known {b} broth its body?",
        "the chef {a} of the {b} soup",
        "With what do {names} thicken their famous soups?",
        words.ingredient,
    ),
    Form(
        "The tramway from {a} to {b} was closed after {value} nested in its tunnel.",
        "What nested in the tunnel before the tramway from {a} to {b} was closed?",
        "Which animals made the streetcars between {a} and {b} stop running?",
        "from {a} to {b}",
        "What nested in the tunnels of the tramways {names}?",
        words.flock,
    ),
    Form(
        "Chess master {a} lost the final of {b} because of {value}.",
        "Because of what did chess master {a} lose the final of {b}?",
        "What was to blame for {a}'s defeat at the board in {b}?",
        "chess master {a} in {b}",
        "Because of what did {names} lose their finals?",
        words.cause,
    ),
    Form(
        "The lighthouse at {a} Point near {b} is painted green to honour {value}.",
        "Whom does the green paint of the lighthouse at {a} Point near {b} honour?",
        "Who is remembered by the colour of the beacon at {a} near {b}?",
        "the lighthouse at {a} Point near {b}",
        "Whom does the green paint of {names} honour?",
        words.honoured,
    ),
)


@dataclass
class Facts:
    """Draws facts. What `draw_two` and `draw` gave is kept: `other` has none of it again."""

    random: Random
    names: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    def draw(self, form: int, b: str | None = None) -> Fact:
        """A new fact of the form of this number, with the second name given or new."""
        fact_form = FORMS[form % len(FORMS)]
        a, b = self._new(words.name, self.names), b or self._new(words.name, self.names)
        return fact_form.fact(a, b, self._new(fact_form.value, self.values))

    def draw_two(self, form: int) -> tuple[Fact, Fact]:
        """A fact, and one with another first name and value but the same second name."""
        b = self._new(words.name, self.names)
        return self.draw(form, b), self.draw(form, b)

    def other(self) -> Fact:
        """A fact of any form on other names; there is no end to them, and some say the same."""
        form = self.random.choice(FORMS)
        a, b = self._unlike(words.name, self.names), self._unlike(words.name, self.names)
        return form.fact(a, b, self._unlike(form.value, self.values))

    def _unlike(self, drawn: Callable[[Random], str], known: set[str]) -> str:
        while (text := drawn(self.random)) in known:
            pass
        return text

    def _new(self, drawn: Callable[[Random], str], known: set[str]) -> str:
        text = self._unlike(drawn, known)
        known.add(text)
        return text
