"""What the encoder needs of an embedding model."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # [n, dimensions]
Vector = NDArray[np.float32]  # [dimensions]


class Model(Protocol):
    """A loaded embedding model."""

    @property
    def limit(self) -> int:
        """Tokens it reads of one text, start and end marks included."""

    def embed(self, texts: list[str], document: bool) -> Vectors:
        """Unit vectors of texts, [n, d]; `document` is false for questions."""
