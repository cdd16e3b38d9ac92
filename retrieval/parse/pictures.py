"""What is written in the pictures of a document, by OCR."""

from __future__ import annotations

import logging
import struct
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from retrieval.parse import ocr
from retrieval.parse.layout import plain
from retrieval.parse.worker import Message, run_workers

log = logging.getLogger("docagent")

MOST = 100  # pictures of one document; each takes about a second
_FEWEST_LETTERS = 3  # fewer are an ornament that looks like one


def picture_texts(pictures: list[bytes]) -> list[str]:
    """The words in each of these picture files, lines as they stand.

    "" where there are none, where the file is no picture, and for all without the extra `ocr`.
    Equal pictures are read once.
    """
    if not pictures or not ocr.available():
        return [""] * len(pictures)
    distinct = list(dict.fromkeys(filter(can_be_read, pictures)))[:MOST]
    texts = _read(distinct) if distinct else {}
    return [texts.get(picture, "") for picture in pictures]


def _read(pictures: list[bytes]) -> dict[bytes, str]:
    texts: dict[bytes, str] = {}
    shares, threads = ocr.shared(len(pictures))
    with TemporaryDirectory(prefix="docagent-") as folder:
        paths = [Path(folder) / str(number) for number in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            path.write_bytes(picture)
        tasks: list[dict[str, Any]] = [
            {"paths": list(map(str, paths[share::shares])), "threads": threads}
            for share in range(shares)
        ]

        def handle(message: Message) -> None:
            texts[pictures[int(Path(message["path"]).name)]] = text_of(message["boxes"])

        failure = run_workers("retrieval.parse.picture_worker", tasks, handle)
    if failure:
        log.warning("OCR of pictures failed: %s", failure)
    return texts


def text_of(boxes: list[list[Any]]) -> str:
    """Lines of the words of a picture; "" where there are hardly any."""
    words = [(plain(text).strip(), *place) for text, *place in boxes]
    words = [box for box in words if box[0]]
    if sum(char.isalnum() for box in words for char in box[0]) < _FEWEST_LETTERS:
        return ""
    bottom = max(box[4] for box in words)
    usual = median(box[4] - box[2] for box in words)
    return "\n".join(line.text for line in ocr.lines_of(words, bottom, usual))


def can_be_read(picture: bytes) -> bool:
    """Not a drawing by lines (SVG, WMF, EMF), and no icon as far as a PNG tells at once."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n") and len(picture) > 24:
        width, height = struct.unpack(">II", picture[16:24])
        return bool(width >= 64 and height >= 24)
    return picture.startswith((b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF"))
