"""multilingual-e5-small, from the data of a package."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from retrieval.embed.bert import Bert
from retrieval.embed.e5_file import E5File
from retrieval.embed.model import Vectors


class E5:
    """The encoder of 94 languages."""

    def __init__(self, file: Path) -> None:
        data = E5File(file)
        self._readings = data.readings
        self._bert = Bert(data.weights, data.settings, data.tokenizer, rows=data.words)

    @property
    def limit(self) -> int:
        return self._bert.limit

    def embed(self, texts: list[str], document: bool) -> Vectors:
        prefix = "passage: " if document else "query: "
        return self._bert.embed([self._read(prefix + text) for text in texts])

    def _read(self, text: str) -> str:
        return unicodedata.normalize("NFC", text).translate(self._readings)
