"""LaTeX (.tex): what is printed, without commands and comments."""

from __future__ import annotations

import re
from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.decode import file_text, stem
from retrieval.parse.document import Document
from retrieval.parse.formats.code import read_code
from retrieval.parse.latex import Argument, after_option, printed
from retrieval.parse.latex_macros import written_out
from retrieval.parse.list_numbers import numbered
from retrieval.parse.registry import Format, register

_COMMENT = re.compile(
    r"(\\begin\{(verbatim|lstlisting|minted)\*?\}.*?\\end\{\2|(?<!\\)(?:\\\\)*(?=%))"
    r"(?:%[^\n]*(?:\n[ \t]*(?!\n))?)?",
    re.DOTALL,
)
_LEVELS = {
    "title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4,
    "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
_PIECE = re.compile(
    rf"\\(?P<name>{'|'.join(_LEVELS)}|caption|footnote|author|date|input|include)\*?(?=\s*[\[{{])"
    r"|\\(?P<end>begin|end)\s*\{(?P<environment>[^}]*)\}|\\(?P<item>item)\b|\n[ \t]*\n|\\par\b"
)
_TABLES = ("tabular", "tabular*", "tabularx", "longtable", "array")
_LITERAL = ("verbatim", "verbatim*", "lstlisting", "minted")
_KINDS = {"arabic": "1", "alph": "a", "Alph": "A", "roman": "i", "Roman": "I"}
_COUNTER = re.compile(r"\\(arabic|alph|Alph|roman|Roman)(?:\*|\{\w+\})")
_NUMBERED = (r"\arabic*.", r"(\alph*)", r"\roman*.", r"\Alph*.")  # by how deep a list stands
_SHORT = {"1": r"\arabic*", "a": r"\alph*", "A": r"\Alph*", "i": r"\roman*", "I": r"\Roman*"}
_RULE = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot)\b"
    r"|\\(?:cline|cmidrule)(?:\([^)]*\))?\{[^}]*\}"
)
_SPAN = re.compile(r"\\multi(?:column|row)\s*\{(\d*)[^}]*\}\s*\{[^}]*\}")


def read_tex(path: Path, *_: object) -> Document:
    """Parse a .tex file; one that prints nothing, as it stands.

    Raises DocumentError for an empty file and for one that is not text.
    """
    text, warnings = file_text(path)
    builder = Builder()
    builder.warnings += warnings
    source = written_out(_COMMENT.sub(r"\1", re.sub(r"\r\n?", "\n", text)))
    head, begins, body = source.partition("\\begin{document}")
    if begins:
        head = "".join(
            match[0] + f"{{{Argument(head, match.end()).inner}}}\n\n"
            for match in re.finditer(r"\\(?:title|author|date)\b", head)
        )
        source = head + body.partition("\\end{document}")[0]
    _Reader(builder, source).read()
    if not builder.blocks:
        return read_code(path)
    return builder.document(builder.first_heading() or stem(path), path.name)


class _Reader:
    """Cuts a source where paragraphs, headings, items and tables begin."""

    def __init__(self, builder: Builder, source: str) -> None:
        self.builder, self.source = builder, source
        self.words = ""
        self.notes: list[str] = []
        self.numbers: list[int | None] = []  # of the lists that are open; None: bullets
        self.labels: list[str] = []  # how they print their numbers
        self.lead = ""

    def read(self) -> None:
        at = 0
        while match := _PIECE.search(self.source, at):
            self.words += self.source[at : match.start()]
            at = match.end()
            if match["name"]:
                at = self._named(match["name"], at)
            elif match["environment"] is not None:
                at = self._environment(match["end"], match["environment"], at)
            else:
                self._flush()
                if match["item"]:
                    at = self._item(at)
        self.words += self.source[at:]
        self._flush()

    def _named(self, name: str, at: int) -> int:
        argument = Argument(self.source, after_option(self.source, at))
        if name == "footnote":
            self.notes.append(argument.inner)
            return argument.end
        self._flush()
        if name in ("input", "include"):
            self.builder.warn(f"the file {argument.inner} that it includes is not read.")
        elif name in _LEVELS:
            self.builder.add("heading", printed(argument.inner), _LEVELS[name])
        else:
            self.builder.add("text", printed(argument.inner))
        return argument.end

    def _environment(self, end: str, name: str, at: int) -> int:
        if name in (*_TABLES, *_LITERAL) and end == "begin":
            self._flush()
            close = self.source.find(f"\\end{{{name}}}", at)
            close = len(self.source) if close < 0 else close
            inside = self.source[at:close]
            if name in _LITERAL:
                self.builder.add("text", inside, literal=True)
            else:
                self._table(inside, name)
            return close
        self._flush()
        if name in ("itemize", "enumerate", "description"):
            if end == "begin":
                depth = sum(number is not None for number in self.numbers)
                option = self.source[at : (at := after_option(self.source, at))]
                first = re.search(r"start\s*=\s*(\d+)", option)
                self.numbers.append(
                    (int(first[1]) - 1 if first else 0) if name == "enumerate" else None
                )
                self.labels.append(_label(option) or _NUMBERED[min(depth, 3)])
            elif self.numbers:
                self.numbers.pop()
                self.labels.pop()
        elif end == "begin":  # arguments that say how it looks
            at = after_option(self.source, at)
        return at

    def _item(self, at: int) -> int:
        if self.source[at : at + 1] == "[":
            option = after_option(self.source, at)
            self.words = self.source[at + 1 : option - 1] + " "
            return option
        number = self.numbers[-1] if self.numbers else None
        if number is None:
            self.lead = "• "
        else:
            self.numbers[-1] = number + 1
            self.words = _COUNTER.sub(lambda m: numbered(number + 1, _KINDS[m[1]]), self.labels[-1])
            self.words += " "
        return at

    def _table(self, inside: str, name: str) -> None:
        if name in ("tabular*", "tabularx"):
            inside = inside[Argument(inside, 0).end :]
        start = Argument(inside, after_option(inside, 0)).end  # the columns
        for row in re.split(r"\\\\\*?(?:\[[^\]]*\])?|\\tabularnewline\b", inside[start:]):
            cells: list[str] = []
            for cell in re.split(r"(?<!\\)&", _RULE.sub("", row)):
                span = _SPAN.search(cell)
                cells.append(printed(_SPAN.sub("", cell)))
                if span and "column" in span[0] and span[1]:
                    cells += [""] * (min(int(span[1]), 100) - 1)
            self.builder.row(cells)

    def _flush(self) -> None:
        text = " ".join(printed(self.words).split())
        self.builder.add("text", text, lead=self.lead if text else "")
        if text:
            self.lead = ""
        self.words = ""
        notes, self.notes = self.notes, []
        for note in notes:
            self.builder.add("text", f"Footnote: {' '.join(printed(note).split())}")


def _label(option: str) -> str:
    """How a list is numbered by its option, `[label=(\alph*)]` or in short `[(a)]`."""
    option = option[1:-1]
    if match := re.search(r"label\s*=\s*(\{[^}]*\}|[^,]*)", option):
        return match[1].strip("{} ") if _COUNTER.search(match[1]) else ""
    if match := re.fullmatch(r"(\W*)([1aAiI])(\W*)", option):
        return f"{match[1]}{_SHORT[match[2]]}{match[3]}"
    return ""


register(Format("tex", (".tex", ".ltx"), read_tex))
