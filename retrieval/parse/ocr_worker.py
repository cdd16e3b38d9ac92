"""Reads a share of a file's pages as pictures in a worker process (see worker.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DPI = 200
_DOUBTFUL = 0.85  # score of a line; sound ones have 0.95 and more
_LONGEST = 4000  # pixels of a side; a poster is rendered more coarsely

Box = list[Any]  # [text, left, top, right, bottom], points, from the upper left


def messages(
    path: str, password: str | None, pages: list[int] | None, threads: int
) -> Iterator[dict[str, Any]]:
    """A page's index, height in points and boxes; `pages` None stands for a picture file."""
    engine = None
    for index, picture, scale in pictures(path, password, pages):
        boxes: list[Box] = []
        if picture is not None and picture.min() != picture.max():  # else it is blank
            engine = engine or load(threads)
            boxes = boxes_of(engine, picture, scale)
        height = 0.0 if picture is None else picture.shape[0] / scale
        yield {"page": index, "height": height, "boxes": boxes}


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


def boxes_of(engine: Any, picture: Any, scale: float, least: float = 0.0) -> list[Box]:
    """Lines of a picture; those are left out that score below `least` even the second time."""
    result = engine(picture)
    if result.boxes is None:
        return []
    boxes = []
    for corners, text, score in zip(result.boxes.tolist(), result.txts, result.scores, strict=True):
        xs, ys = [max(0, round(x)) for x, _ in corners], [max(0, round(y)) for _, y in corners]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        if score < _DOUBTFUL:
            text, score = again(engine, picture[top:bottom, left:right], text, score)
        if score < least:
            continue
        boxes.append([text, *(round(n / scale, 1) for n in (left, top, right, bottom))])
    return boxes


def again(engine: Any, crop: Any, text: str, score: float) -> tuple[str, float]:
    """A doubtful line once more, upright as it stands; 2 of 74 lines measured became right."""
    if not crop.size:
        return text, score
    read = engine(crop, use_det=False, use_cls=False, use_rec=True)
    better = read.txts and read.scores[0] > score
    return (str(read.txts[0]), float(read.scores[0])) if better else (text, score)
