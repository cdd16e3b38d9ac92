"""Prompt templates: one Markdown file each, with `{name}` where text goes in."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SLOT = re.compile(r"\{(\w+)\}")


def render(prompt: str, **values: str) -> str:
    """The template `prompt`.md with its slots filled.

    All slots are filled in one pass, so braces inside a value stay text. Raises KeyError for a
    slot without a value.
    """
    return _SLOT.sub(lambda slot: values[slot[1]], template(prompt))


@cache
def template(prompt: str) -> str:
    return files("prompts").joinpath(f"{prompt}.md").read_text("utf-8").strip()
