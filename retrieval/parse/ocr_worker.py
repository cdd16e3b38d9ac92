"""Reads a share of a file's pages as pictures in a worker process (see worker.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from retrieval.parse.word_edges import word_edges

_DPI = 200
_DOUBTFUL = 0.85  # score of a line; sound ones have 0.95 and more
_VOTERS = 7  # longest lines, which tell how a page is turned
_VOTER = 4  # letters; whether a shorter line stands on its head is a guess
_LONGEST = 4000  # pixels of a side; a poster is rendered more coarsely

Box = list[Any]  # [text, left, top, right, bottom, ...], points, from the upper left


def messages(
    path: str, password: str | None, pages: list[int] | None, stamps: list[list[Box]], threads: int
) -> Iterator[dict[str, Any]]:
    """A page's index, size in points and boxes; `pages` None stands for a picture file.

    A scan that lies on its side or upside down is turned upright first, by `turns` quarters
    counter-clockwise. Behind the edges of a box come those of its words (word_edges.py). `stamps`
    holds for each page the words upon it that are known.
    """
    import numpy

    for number, (index, picture, scale) in enumerate(pictures(path, password, pages)):
        boxes: list[Box] = []
        high, wide = (0, 0) if picture is None else (side / scale for side in picture.shape[:2])
        turns = 0
        if picture is not None and picture.min() != picture.max():  # else it is blank
            boxes, turns = boxes_of(load(threads), picture, scale)
            known = stamps[number] if stamps else []
            boxes = stamped(boxes, [turned(stamp, turns, wide, high) for stamp in known])
            upright = numpy.rot90(picture, turns)
            boxes = [[*box, *word_edges(upright, box[0], scale, box[1:])] for box in boxes]
        width, height = (high, wide) if turns % 2 else (wide, high)
        size = {"width": round(width, 1), "height": height}
        yield {"page": index, **size, "turns": turns, "boxes": boxes}


def stamped(boxes: list[Box], stamps: list[Box]) -> list[Box]:
    """Boxes with the stamps, which OCR has read too; nothing where it has read nothing else."""
    others = [box for box in boxes if not any(upon(box, stamp) for stamp in stamps)]
    return [*others, *stamps] if others else []


def upon(box: Box, stamp: Box) -> bool:
    x, y = (box[1] + box[3]) / 2, (box[2] + box[4]) / 2
    tall = stamp[4] - stamp[2]
    return bool(stamp[1] <= x <= stamp[3] and stamp[2] - tall <= y <= stamp[4] + tall)


def turned(box: Box, turns: int, wide: float, high: float) -> Box:
    """A box of a page so wide and high, after quarter turns counter-clockwise."""
    text, left, top, right, bottom = box
    for _ in range(turns):
        left, top, right, bottom = top, wide - right, bottom, wide - left
        wide, high = high, wide
    return [text, left, top, right, bottom]


def pictures(
    path: str, password: str | None, pages: list[int] | None
) -> Iterator[tuple[int, Any, float]]:
    """Index, pixels [height, width, 3] (None where it cannot be drawn) and pixels a point."""
    if pages is None:
        yield from frames(path)
        return
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path, password=password)
    for index in pages:
        try:
            page = pdf[index]
            scale = min(_DPI / 72, _LONGEST / max(page.get_size()))
            yield index, page.render(scale=scale, rev_byteorder=False).to_numpy()[..., :3], scale
        except pypdfium2.PdfiumError:
            yield index, None, 1.0


def frames(path: str) -> Iterator[tuple[int, Any, float]]:
    """The pages of a picture file; a TIFF can have several."""
    import numpy
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = 100_000_000  # Pillow refuses twice as many: a bomb
    with Image.open(path) as image:
        for index, frame in enumerate(ImageSequence.Iterator(image)):
            upright = on_white(ImageOps.exif_transpose(frame))
            upright.thumbnail((_LONGEST, _LONGEST))
            yield index, numpy.asarray(upright)[..., ::-1], max(upright.size) / 842  # as if A4


def on_white(image: Any) -> Any:
    """RGB; what is transparent shows the paper."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


@lru_cache(1)  # another one holds as much memory again
def load(threads: int) -> Any:
    """The models of the package rapidocr; nothing is fetched."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def boxes_of(engine: Any, picture: Any, scale: float, least: float = 0.0) -> tuple[list[Box], int]:
    """Lines of a picture, and the quarter turns after which it is upright.

    Lines are left out that score below `least` even when they are read a second time.
    """
    import numpy

    result = engine(picture, use_det=True, use_cls=True, use_rec=True)
    turns = 0 if result.boxes is None else turns_of(engine, picture, result)
    if turns:
        picture = numpy.ascontiguousarray(numpy.rot90(picture, turns))
        result = engine(picture, use_det=True, use_cls=True, use_rec=True)
    if result.boxes is None:
        return [], turns
    boxes = []
    for corners, text, score in zip(result.boxes.tolist(), result.txts, result.scores, strict=True):
        left, top, right, bottom = edges(corners)
        if score < _DOUBTFUL:
            text, score = again(engine, picture[top:bottom, left:right], text, score)
        if score >= least:
            boxes.append([text, *(round(n / scale, 1) for n in (left, top, right, bottom))])
    return boxes, turns


def turns_of(engine: Any, picture: Any, result: Any) -> int:
    """Quarter turns, counter-clockwise, that make most of the picture's text upright.

    Each line is read upright whichever way it is turned; their order follows from the picture.
    """
    import numpy

    votes: Counter[int] = Counter()
    lines = sorted(zip(result.boxes.tolist(), result.txts, strict=True), key=lambda x: -len(x[1]))
    for corners, text in lines[:_VOTERS]:
        left, top, right, bottom = edges(corners)
        upended = bottom - top > 1.5 * (right - left)
        crop = numpy.ascontiguousarray(numpy.rot90(picture[top:bottom, left:right], upended))
        if crop.size and len(text) >= _VOTER:
            label, _ = engine(crop, use_det=False, use_cls=True, use_rec=False).cls_res[0]
            votes[int(upended) + (2 if label == "180" else 0)] += len(text)
    return votes.most_common(1)[0][0] if votes else 0


def edges(corners: list[list[float]]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box, in pixels."""
    xs, ys = [max(0, round(x)) for x, _ in corners], [max(0, round(y)) for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def again(engine: Any, crop: Any, text: str, score: float) -> tuple[str, float]:
    """A doubtful line once more, upright as it stands; 2 of 74 lines measured became right."""
    if not crop.size:
        return text, score
    read = engine(crop, use_det=False, use_cls=False, use_rec=True)
    better = read.txts and read.scores[0] > score
    return (str(read.txts[0]), float(read.scores[0])) if better else (text, score)
