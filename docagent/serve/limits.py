"""How much a server takes on at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Questions are what a language model works on; searches and embeddings are quick."""

    questions: int = 8  # answered at once; more at once only make each of them slower
    waiting: int = 64  # that wait for a place; the next one is told to come back
    quick: int = 4
    quick_waiting: int = 256
    body: int = 8_000_000  # bytes of a request that is no file
    file: int = 200_000_000  # bytes of an uploaded file
    stored: int = 20_000_000_000  # bytes of all uploaded files
    texts: int = 2048  # to embed in one request, as OpenAI has it
