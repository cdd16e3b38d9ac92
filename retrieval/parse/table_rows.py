"""Tables among a region's rows: heads set over several lines, labels wrapped over several lines."""

from __future__ import annotations

import re

from retrieval.parse.joints import joint
from retrieval.parse.rows import YEARS, Row, is_figure
from retrieval.parse.segment import MARKS

Span = tuple[float, float]

_OPEN = re.compile(r"(,|-|–|—|\(|\b(and|or|of|to|the|for|in|on|by|from|with|per|net|at|as|a|an))$")
_DIVIDED = re.compile(r"(?<=\w)- (?=[^\W\d])")
_FEW = 12  # rows of a table looked at for its columns
_TALLEST = 60  # pieces of a head


def with_tables(rows: list[Row]) -> list[Row]:
    """The rows with each table's head and labels on one line each, marked as a table's."""
    return _labels(_heads(rows))


def join_words(lines: list[str]) -> str:
    """Lines of one cell; a word divided between two of them keeps its hyphen ("mark-to-market")."""
    text = ""
    for line in lines:
        line = line[:-1] + "-" if line[-1] in MARKS else line
        text += joint(text, line) + line if text else line
    return _DIVIDED.sub("-", text)


def _heads(rows: list[Row]) -> list[Row]:
    done: list[Row] = []
    for index, row in enumerate(rows):
        if row.data:
            row.table = True
            if not (index and rows[index - 1].data):
                _restack(done, row, _figures_edge(rows[index : index + _FEW]))
        done.append(row)
    return done


def _figures_edge(rows: list[Row]) -> float:
    """Left edge of the first column of figures."""
    return min(
        span[0]
        for row in rows
        if row.data
        for span, text in zip(
            row.spans[-1:] + row.spans[1:], row.texts[-1:] + row.texts[1:], strict=True
        )
        if is_figure(text)
    )


def _restack(above: list[Row], first: Row, edge: float) -> None:
    """Replace the lines of a head above `first` by lines that read cell by cell."""
    top, start = first.high, len(above)
    floor = start
    width = first.right - first.left
    while start and start > floor - _TALLEST:
        row = above[start - 1]
        if row.table or row.low < first.high - 0.5 * row.size:
            break
        if row.low - top > (1.6 if start < floor and _is_over(row, edge) else 2.5) * row.size:
            break
        if len(row.texts) == 1 and row.right - row.left > 0.6 * width:
            break
        middle = (row.left + row.right - first.left - first.right) / 2
        wide = row.right - row.left > 0.18 * width
        if len(row.texts) == 1 and wide and abs(middle) < 0.08 * width:
            break  # a title in the middle of the page
        if row.text.endswith((".", ";")) and len(row.text) > 50:
            break
        start -= 1
        top = max(top, row.high)
    while start < floor and not _is_over(above[start], edge):
        start += 1  # titles above the head, labels of sections
    end = floor
    while end > start and not _is_over(above[end - 1], edge):
        end -= 1
    head = above[start:end]
    if not head:
        return
    above[start:end] = _stacked(head)


def _is_over(row: Row, edge: float) -> bool:
    """Whether something of it stands over the columns of figures."""
    return row.spans[-1][1] > edge and (len(row.spans) > 1 or row.spans[0][0] > 0.6 * edge)


def _stacked(head: list[Row]) -> list[Row]:
    """Cells that stand one above the other are one cell; what spans several comes before."""
    for row in head:
        row.table = True
    pieces = [_piece(row, span) for row in head for span in row.spans]
    cells = _cells(pieces)
    if len(cells) == len(pieces):
        return head
    over = [cell for cell in cells if any(_is_above(cell, other) for other in cells)]
    lines: list[list[list[Row]]] = []
    for cell in sorted(over, key=lambda cell: -cell[0].high):
        last = lines[-1][0] if lines else cell
        if last is not cell and last[-1].low < cell[0].high - 0.5 * cell[0].size:
            lines[-1].append(cell)
        else:
            lines.append([cell])
    lines.append([cell for cell in cells if cell not in over])
    return [_row_of_cells(line) for line in lines]


def _piece(row: Row, span: Span) -> Row:
    return Row([s for s in row.segments if span[0] - 0.1 <= s.x0 and s.x1 <= span[1] + 0.1])


def _cells(pieces: list[Row]) -> list[list[Row]]:
    """The pieces of each cell, from top to bottom: lines of one cell are set close."""
    cell_of = list(range(len(pieces)))
    order = sorted(range(len(pieces)), key=lambda i: -pieces[i].high)
    for upper in order:
        above = pieces[upper]
        below = [
            i
            for i in order
            if -0.6 * above.size < above.low - pieces[i].high < 0.6 * above.size
            and pieces[i].low < above.low - 0.3 * above.size
            and _common(above, pieces[i]) > 0.25
        ]
        if len(below) == 1 and not _spans_years(above, pieces[below[0]], pieces):
            old, new = cell_of[below[0]], cell_of[upper]
            if old == below[0]:
                cell_of = [new if cell == old else cell for cell in cell_of]
    groups: dict[int, list[Row]] = {}
    for i in order:
        groups.setdefault(cell_of[i], []).append(pieces[i])
    return list(groups.values())


def _spans_years(above: Row, below: Row, pieces: list[Row]) -> bool:
    """ "Years ended December 31," over the middle one of three years."""
    if not YEARS.fullmatch(below.text):
        return False
    level = [p for p in pieces if p.segments[0].beside(above.segments[0]) > 0.5]
    years = [p for p in pieces if p.segments[0].beside(below.segments[0]) > 0.5]
    return len([p for p in level if p.right > years[0].left]) < len(years) - 1


def _common(first: Row, second: Row) -> float:
    """Share of the narrower one's width that both have in common."""
    left, right = max(first.left, second.left), min(first.right, second.right)
    return (right - left) / max(0.1, min(first.right - first.left, second.right - second.left))


def _is_above(cell: list[Row], other: list[Row]) -> bool:
    return cell[-1].low > other[0].high - 0.3 * cell[0].size and any(
        _common(a, b) > 0 for a in cell for b in other
    )


def _row_of_cells(cells: list[list[Row]]) -> Row:
    cells = sorted(cells, key=lambda cell: min(piece.left for piece in cell))
    row = Row([s for cell in cells for piece in cell for s in piece.segments], table=True)
    row.texts = [join_words([piece.text for piece in cell]) for cell in cells]
    row.spans = [(min(p.left for p in cell), max(p.right for p in cell)) for cell in cells]
    return row


def _labels(rows: list[Row]) -> list[Row]:
    """A label over two lines or more joined in front of its figures."""
    widest = max((r.spans[0][1] for r in rows if r.data and not is_figure(r.texts[0])), default=0)
    joined_rows: list[Row] = []
    for row in rows:
        if joined_rows and _wraps(joined_rows[-1], row, widest):
            above = joined_rows.pop()
            label = join_words([above.texts[0], row.texts[0]])
            figures = above if len(above.texts) > 1 else row
            joined = Row([*above.segments, *row.segments], table=figures.table)
            joined.data = True
            joined.texts = [label, *figures.texts[1:]]
            joined.spans = [above.spans[0], *figures.spans[1:]]
            row = joined
        joined_rows.append(row)
    return joined_rows


def _wraps(above: Row, below: Row, widest: float) -> bool:
    """Whether the label of one of two rows goes on in the other; one of them has the figures."""
    upper, lower = above.texts[0], below.texts[0]
    data = above.data, below.data
    if data[0] == data[1] or is_figure(upper) or is_figure(lower):
        return False
    if len(above.texts if data[1] else below.texts) > 1:
        return False
    size = above.size
    if not -0.6 * size < above.segments[-1].low - below.segments[0].high < 0.6 * size:
        return False
    left = above.spans[0][0]
    if not -0.5 * size <= below.spans[0][0] - left < 4 * size:
        return False
    if above.spans[0][1] - left < 0.6 * (widest - left):
        return False  # the next word would have fitted
    return lower[0].islower() or bool(_OPEN.search(upper))
