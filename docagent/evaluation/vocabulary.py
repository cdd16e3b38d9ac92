"""Names and values of invented facts."""

from __future__ import annotations

from random import Random

_ONSETS = "bar den fol gri hal jor kem lun mor nes pol quin ros sel tam vor wex yar".split()  # noqa: SIM905
_MIDDLES = "a e i o u al en or ist un el am".split()  # noqa: SIM905
_ENDINGS = "bury croft dale field holm ley mere more stead thorpe wick worth".split()  # noqa: SIM905
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_COUNTS = "two three four five six seven eight nine eleven twelve thirteen nineteen".split()  # noqa: SIM905
_ILLS = "seasickness hiccups baldness insomnia toothache hay-fever stammering gout".split()  # noqa: SIM905
_BEASTS = "goats horses geese mules ferrets bees cats oxen hens spaniels".split()  # noqa: SIM905
_THINGS = "thimble thunder salt sparrow lantern plum copper heron velvet anchor nettle drum".split()  # noqa: SIM905
_MADE = "smoked pickled candied painted salted woven silver wooden dried honeyed".split()  # noqa: SIM905
_GOODS = "eels plums oysters candles ropes cheeses lanterns mushrooms herrings spoons".split()  # noqa: SIM905
_GROUND = "powdered grated roasted crushed shaved boiled".split()  # noqa: SIM905
_FOODS = "acorns chestnuts seaweed walnuts barley beetroot ginger lentils quinces".split()  # noqa: SIM905
_NESTERS = "starlings badgers bats swallows hornets otters jackdaws hedgehogs".split()  # noqa: SIM905
_WHY = ("an allergy to", "a quarrel over", "a dream about", "a fear of", "a bet on", "a song about")
_OVER = "ebony parrots marzipan trumpets snow beards violets onions goldfish ladders".split()  # noqa: SIM905
_FATE = "drowned retired deaf runaway famous one-eyed sleepless barefoot".split()  # noqa: SIM905
_WHO = "parrot keeper pilot baker tailor donkey fiddler gardener cellist midwife".split()  # noqa: SIM905


def name(random: Random) -> str:
    """A name that no document has, of 2,592: "Dalenbury"."""
    parts = (random.choice(_ONSETS), random.choice(_MIDDLES), random.choice(_ENDINGS))
    return "".join(parts).capitalize()


def person(random: Random) -> str:
    """A name for people and places of the filler, never one of `name`."""
    return (random.choice(_ONSETS) + random.choice(_ONSETS)).capitalize() + random.choice(
        ("a", "en", "o")
    )


def number(random: Random) -> str:
    """A number of two to four figures."""
    return str(random.choice((random.randint(21, 99), random.randint(100, 9999))))


def figure(random: Random) -> str:
    """A number of three figures, for facts."""
    return str(random.randint(101, 999))


def hour(random: Random) -> str:
    """A time of day like 4:52."""
    return f"{random.randint(1, 11)}:{random.randint(0, 59):02}"


def date(random: Random) -> str:
    """A day like 9 March 2178."""
    return f"{random.randint(1, 28)} {random.choice(_MONTHS)} {random.randint(2080, 2290)}"


def month(random: Random) -> str:
    """January to December."""
    return random.choice(_MONTHS)


def ailment(random: Random) -> str:
    """Something like "hiccups in nine horses"."""
    return f"{random.choice(_ILLS)} in {random.choice(_COUNTS)} {random.choice(_BEASTS)}"


def phrase(random: Random) -> str:
    """Something like "thimble and thunder 41"."""
    first, second = random.sample(_THINGS, 2)
    return f"{first} and {second} {random.randint(11, 99)}"


def rent(random: Random) -> str:
    """Something like "seven smoked eels"."""
    return f"{random.choice(_COUNTS)} {random.choice(_MADE)} {random.choice(_GOODS)}"


def ingredient(random: Random) -> str:
    """Something like "powdered acorns and crushed ginger"."""
    one, two = random.sample(_FOODS, 2)
    return f"{random.choice(_GROUND)} {one} and {random.choice(_GROUND)} {two}"


def flock(random: Random) -> str:
    """Something like "2,300 starlings"."""
    return f"{random.randint(12, 9900):,} {random.choice(_NESTERS)}"


def cause(random: Random) -> str:
    """Something like "a quarrel over three violets"."""
    return f"{random.choice(_WHY)} {random.choice(_COUNTS)} {random.choice(_OVER)}"


def honoured(random: Random) -> str:
    """Something like "a one-eyed fiddler and a deaf baker"."""
    one, two = random.sample(_WHO, 2)
    return f"a {random.choice(_FATE)} {one} and a {random.choice(_FATE)} {two}"
