"""A report without end, for text to hide a needle in: seeded, plausible, about nothing real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from docagent.evaluation import vocabulary as words
from docagent.evaluation.facts import Facts

FACT_EVERY = 4
"""Paragraphs, of about 90 tokens each, to one that holds a fact in a needle's form."""

_SLOT = re.compile(r"\{(\w+)\}")
_DRAWN = {
    "place": words.person,
    "person": words.person,
    "number": words.number,
    "month": words.month,
    "hour": words.hour,
}
_CHAPTERS = {
    "Harbours and shipping": (
        "The mole at {place} was raised by {number} centimetres before the {month} storms.",
        "Dues for vessels over {number} tonnes were left as they had been since {month}.",
        "Pilots report fewer groundings, which the harbour office of {place} puts down to the new "
        "buoys.",
        "A second crane was ordered from the yard at {place} and is to arrive in {month}.",
        "The council heard {person} on the silting of the inner basin and asked for a survey.",
        "Landings of herring fell to {number} crates, against {number} in the year before.",
        "Nothing came of the plan to light the eastern channel, for want of {number} crowns.",
    ),
    "Roads and bridges": (
        "The bridge at {place} carries about {number} carts a week and was painted in {month}.",
        "Repairs to the coast road took {number} days longer than {person} had promised.",
        "Gravel was dearer than expected, and the stretch beyond {place} had to wait.",
        "An inspection found {number} loose stones in the parapet, none of them dangerous.",
        "Tolls were collected at {place} until {month} and then given up.",
        "Heavy loads are to use the upper road while the culvert is open.",
    ),
    "Schools and libraries": (
        "The school at {place} has {number} pupils and shares a teacher of music with {place}.",
        "Evening classes were held on {number} days and were well attended in {month}.",
        "{person} left the library {number} volumes, most of them on the keeping of bees.",
        "The roof of the reading room leaks, and the books on navigation have been moved.",
        "A prize for arithmetic was given for the first time and went to a girl from {place}.",
        "Lending rose by a tenth after the opening hours were put back to {hour}.",
    ),
    "Mills and trades": (
        "The mill below {place} ground {number} sacks, all of it barley from the upper farms.",
        "Coopers asked for a market of their own and were given the square at {place} in {month}.",
        "The ropewalk employs {number} people, of whom a third are under twenty.",
        "{person} was fined {number} crowns for short measure and paid in {month}.",
        "Wages in the sawmills kept pace with the price of bread, but no more.",
        "Two of the tanneries have moved downstream after complaints about the water.",
    ),
    "Weather and water": (
        "Rain fell on {number} days, and the gauge at {place} was out of order during {month}.",
        "The river stood highest at {hour} on a morning in {month} and did little harm.",
        "Frost came early to the valley, and {number} hives were lost around {place}.",
        "Wells were measured by {person}, who found them lower than at any time in memory.",
        "Snow closed the pass at {place} for less than a week.",
        "The new cistern holds {number} barrels and has not yet been full.",
    ),
    "Accounts": (
        "Receipts came to {number} crowns and outgoings to {number}, as in the table of {month}.",
        "The auditor {person} found the books in order but for {number} crowns of candle money.",
        "A loan from the town of {place} is to be paid back by {month} of next year.",
        "Salaries were the largest item, followed by stone, timber and lamp oil.",
        "The reserve was not touched and stands where it did when {person} took office.",
        "Of the subscriptions promised at {place}, {number} crowns had not come in by {month}.",
    ),
}


def report(random: Random, facts: Facts | None) -> Iterator[str]:
    """Sections for ever, each a heading and some paragraphs of one chapter.

    With `facts`, one paragraph in `FACT_EVERY` holds one drawn there, a distractor.
    """
    titles = list(_CHAPTERS)
    number = 0
    while True:
        number += 1
        title = titles[(number - 1) % len(titles)]
        part = (number - 1) // len(titles) + 1
        yield f"{part}.{(number - 1) % len(titles) + 1} {title}, {words.person(random)}\n\n"
        for _ in range(random.randint(5, 9)):
            yield _paragraph(random, title, facts) + "\n\n"


def _paragraph(random: Random, title: str, facts: Facts | None) -> str:
    sentences = random.sample(_CHAPTERS[title], random.randint(3, 5))
    told = [_SLOT.sub(lambda slot: _DRAWN[slot[1]](random), one) for one in sentences]
    if facts is not None and random.randrange(FACT_EVERY) == 0:
        told.insert(random.randint(1, len(told)), facts.other().sentence)
    return " ".join(told)
