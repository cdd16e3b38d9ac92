"""Text layers that hold signs instead of the letters a reader sees."""

from __future__ import annotations

import re

# Each with the share of the characters on a page that text stays below.
_SIGNS = (
    (re.compile("[\x01\x03-\x08\x0e-\x1f\x7f-\x9f]"), 0.05),  # controls: ligatures of old TeX fonts
    (re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]"), 0.2),  # bullets, formulas
    (re.compile(r"""[!"#$%&'()*+,/:;<=>?@\[\\\]^`{|}~]"""), 0.5),  # rows of figures, source code
    (re.compile("(?<=[À-ÖØ-öø-ÿ])[À-ÖØ-öø-ÿ]"), 0.3),  # Cyrillic that a font calls Latin
)
_FEWEST = 8  # signs; a page may show nothing but its number in brackets
_ENOUGH = 1000  # characters tell it as well as all of a page


def is_undecodable(text: str) -> bool:
    """Whether a page's text is hardly text: its fonts do not say which letters they show."""
    if len(text) > _ENOUGH:
        text = text[:: len(text) // _ENOUGH + 1]
    characters = len("".join(text.split()))
    return any(
        len(signs.findall(text)) > max(_FEWEST, share * characters) for signs, share in _SIGNS
    )
