"""Eleven invented facts to hide in a long text, and how to ask for them."""

from __future__ import annotations

from typing import NamedTuple


class Needle(NamedTuple):
    """A sentence, three questions for it, and a like sentence on something else.

    `value` are its words that answer. `worded` asks in the sentence's own words, `named` in others
    but with its names, `unnamed` without them.
    """

    sentence: str
    value: str
    worded: str
    named: str
    unnamed: str
    distractor: str


NEEDLES = [
    Needle(
        "The vault of the Larkspur Bank in Ennisvale opens at 4:52 in the morning.",
        "4:52 in the morning",
        "When does the vault of the Larkspur Bank in Ennisvale open?",
        "At what hour is the strongroom at Larkspur in Ennisvale unlocked?",
        "At what hour before dawn is the lender's strongroom unlocked?",
        "The vault of the Harrowgate Bank in Quillmere opens at 6:15 in the evening.",
    ),
    Needle(
        "Captain Ysolde Marrable sailed the schooner Tansy Wren around Cape Ollender in 41 days.",
        "41 days",
        "In how many days did Captain Ysolde Marrable sail the schooner Tansy Wren around Cape "
        "Ollender?",
        "How long did Marrable's voyage with the Tansy Wren past Ollender last?",
        "How long did the skipper's voyage in a two-masted vessel past the headland last?",
        "Captain Bertram Foyle sailed the schooner Grey Petrel around Cape Dunmarrow in 57 days.",
    ),
    Needle(
        "The bell of Saint Orrin's chapel was cast from 317 melted church candlesticks.",
        "317",
        "From how many melted church candlesticks was the bell of Saint Orrin's chapel cast?",
        "What was the metal for ringing at Saint Orrin's obtained from?",
        "Which household objects gave the bronze for the big ringing instrument in the tower?",
        "The bell of Saint Wenna's chapel was cast from 92 melted cannon barrels.",
    ),
    Needle(
        "Doctor Halvard Pimm proved that the blue lichen of Skarholm cures seasickness in goats.",
        "seasickness",
        "What did Doctor Halvard Pimm prove that the blue lichen of Skarholm cures?",
        "Which ailment can be healed with the moss-like plant from Skarholm according to Pimm?",
        "Which animals are healed of nausea on boats by a coloured growth found on rocks?",
        "Doctor Ottilie Crane proved that the red kelp of Vessmouth cures hiccups in horses.",
    ),
    Needle(
        "The password to the archive of the Copper Guild is 'thimble and thunder'.",
        "thimble and thunder",
        "What is the password to the archive of the Copper Guild?",
        "Which secret phrase lets you into the Copper Guild's records?",
        "Which secret phrase lets you into the metalworkers' records?",
        "The password to the archive of the Weavers Guild is 'salt and sparrow'.",
    ),
    Needle(
        "Every winter the mayor of Plumbridge pays the ferryman a rent of seven smoked eels.",
        "seven smoked eels",
        "What rent does the mayor of Plumbridge pay the ferryman every winter?",
        "What does the town head of Plumbridge owe the boatman when it is cold?",
        "Which fish does the head of a town hand over to the man who rows people across?",
        "Every spring the mayor of Oxhollow pays the miller a rent of three baskets of plums.",
    ),
    Needle(
        "The comet Delacroix-Mbeki will pass closest to Earth on 9 March 2178.",
        "9 March 2178",
        "When will the comet Delacroix-Mbeki pass closest to Earth?",
        "On which date is Delacroix-Mbeki nearest our planet?",
        "On which date is the icy body with a tail nearest our planet?",
        "The comet Ferreira-Lindqvist will pass closest to Mars on 22 July 2094.",
    ),
    Needle(
        "The chef Amparo Quist thickens her famous Brindle soup with powdered acorns.",
        "powdered acorns",
        "With what does the chef Amparo Quist thicken her famous Brindle soup?",
        "Which ingredient gives Quist's well-known Brindle broth its body?",
        "Which ground nuts from oak trees make the cook's well-known broth creamier?",
        "The chef Leopold Strand thickens his famous Mottle sauce with grated chestnuts.",
    ),
    Needle(
        "The Wexcombe tramway was closed after a flock of 2,300 starlings nested in its tunnel.",
        "2,300 starlings",
        "Why was the Wexcombe tramway closed?",
        "What made the streetcars of Wexcombe stop running?",
        "Which birds made the streetcars stop running when they settled underground?",
        "The Farnleigh tramway was closed after a herd of 40 badgers dug through its embankment.",
    ),
    Needle(
        "Chess master Ilse Ravnkilde lost the final of Tarn City because she was allergic to the "
        "ebony pieces.",
        "allergic",
        "Why did chess master Ilse Ravnkilde lose the final of Tarn City?",
        "What illness was to blame for Ravnkilde's defeat in Tarn City?",
        "Which player's defeat at the board was caused by a skin reaction to dark wood?",
        "Chess master Anatol Brisk lost the final of Moor City because he overslept in the park.",
    ),
    Needle(
        "The lighthouse at Gannet Point is painted green to honour the keeper's drowned parrot.",
        "drowned parrot",
        "Why is the lighthouse at Gannet Point painted green?",
        "What is the reason for the colour of the beacon at Gannet Point?",
        "Which pet bird is remembered by the colour of a beacon on the coast?",
        "The lighthouse at Curlew Sands is painted yellow to honour the harbour's lost lemon ship.",
    ),
]
