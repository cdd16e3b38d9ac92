"""Cheap first: search, and read more only where that is not enough."""

from __future__ import annotations

from docagent.asking import Asking, Strategy
from docagent.strategies.retrieve import retrieve


def auto(asking: Asking) -> Strategy:
    return (yield from retrieve(asking))
