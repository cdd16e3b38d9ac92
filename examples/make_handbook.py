"""Make handbook.pdf, a fictional handbook to try questions on; --check verifies the questions.

Usage: python examples/make_handbook.py [--check] [--out FILE]
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import handbook_check
import handbook_part1
import handbook_part2
import handbook_part3
import handbook_part4
import handbook_part5
import handbook_part6
import handbook_style as style
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus.tableofcontents import TableOfContents

HERE = Path(__file__).resolve().parent
ORGANISATION = "Halvarin Isles Ferry and Lighthouse Authority"
TITLE = "Operations Handbook and Annual Report 2023"
CHINESE = (
    "欢迎来到哈尔瓦林群岛。渡轮售票处的中文服务仅在七月和八月提供，地点是奥尔德里港的游客中心。"
    "乘客须在开船前二十分钟登船，每人可免费携带两件行李，每件不超过二十三公斤。"
    "船上的热水免费，茶叶请自备。灯塔内禁止使用闪光灯，因为强光会影响值班人员。"
    "如果遗失船票，请立即联系码头上穿黄色雨衣的工作人员。"
)
CHINESE_NOTE = "(The fonts of this passage are those of the reader's own machine.)"
ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]


class Listing(TableOfContents):  # type: ignore[misc]
    """A list of the tables and figures."""

    def notify(self, kind: str, stuff: tuple[Any, ...]) -> None:
        if kind == "Caption":
            self.addEntry(*stuff)


class Handbook(BaseDocTemplate):  # type: ignore[misc]
    """Pages with a running header, a printed label, an outline and page labels."""

    front: int | None = None

    def __init__(self, path: Path) -> None:
        super().__init__(
            str(path),
            pagesize=style.PAGE,
            title=f"{ORGANISATION}: {TITLE}",
            author=ORGANISATION,
            subject="Rules, timetables, accounts and incidents of a fictional island ferry service",
            creator="examples/make_handbook.py",
            keywords="handbook, ferries, lighthouses, fictional",
            invariant=1,
            pageCompression=1,
        )
        gap = 16.0
        half = (style.WIDTH - gap) / 2
        one = self._frame("one", style.MARGIN, style.WIDTH)
        left = self._frame("left", style.MARGIN, half)
        right = self._frame("right", style.MARGIN + half + gap, half)
        self.addPageTemplates(
            [
                PageTemplate("one", [one], onPageEnd=self.furniture),
                PageTemplate("two", [left, right], onPageEnd=self.furniture),
            ]
        )

    @staticmethod
    def _frame(name: str, x: float, width: float) -> Any:
        return Frame(x, style.BOTTOM, width, style.HEIGHT, 0, 0, 0, 0, id=name)

    def beforeDocument(self) -> None:
        self.front = None
        self.canv.addPageLabel(0, style="ROMAN_LOWER", start=1)

    def furniture(self, canvas: Any, _doc: Any) -> None:
        """The running header and the label of the page."""
        right, top = style.PAGE[0] - style.MARGIN, style.PAGE[1] - 38
        label = ROMAN[self.page - 1] if self.front is None else str(self.page - self.front)
        canvas.saveState()
        canvas.setFont("Helvetica", 7.4)
        canvas.setFillColor(style.INK)
        canvas.drawString(style.MARGIN, top, ORGANISATION)
        canvas.drawRightString(right, top, TITLE)
        canvas.setStrokeColor(style.SEA)
        canvas.setLineWidth(0.6)
        canvas.line(style.MARGIN, top - 5, right, top - 5)
        canvas.setFont("Helvetica", 8.5)
        canvas.drawCentredString(style.PAGE[0] / 2, 30, label)
        canvas.restoreState()

    def afterFlowable(self, flowable: Any) -> None:
        """Enter headings in the outline and the contents, captions in their list."""
        if not isinstance(flowable, Paragraph):
            return
        text, name = flowable.getPlainText(), flowable.style.name
        if name == "h1" and self.front is None:
            self.front = self.page - 1
            self.canv.addPageLabel(self.front, style="ARABIC", start=1)
        page = self.page - (self.front or 0)
        if name in ("h1", "h2", "h3"):
            level = int(name[1]) - 1
            key = "h-" + re.sub(r"\W+", "-", text.lower())
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level, closed=level == 0)
            if level < 2:
                self.notify("TOCEntry", (level, text, page, key))
        elif name == "caption":
            key = "c-" + "-".join(text.lower().split()[:2]).rstrip(".")
            self.canv.bookmarkPage(key)
            self.notify("Caption", (0, text, page, key))


def front_matter() -> list[Any]:
    """Title page, imprint, contents and the list of tables and figures."""
    contents = TableOfContents(
        levelStyles=style.CONTENTS, dotsMinLevel=0, tableStyle=style.LISTING_TABLE
    )
    listing = Listing(levelStyles=style.LISTING, dotsMinLevel=0, tableStyle=style.LISTING_TABLE)
    imprint = [
        "Published by the Halvarin Isles Ferry and Lighthouse Authority, a public body under the "
        "Ferries and Lights Consolidation Act.",
        "Reference HB-2024-01, ISSN-like number 0000-7719 (not a real one).",
        "The islands, the Authority, its ships and its people are invented. Any likeness to a real "
        "ferry, lighthouse or goose is accidental. The addresses end in .example and do not exist.",
        "The text may be used freely under the licence of the project which it comes with.",
    ]
    return [
        Spacer(1, 120),
        Paragraph(TITLE, style.TITLE),
        Paragraph(ORGANISATION, style.SUBTITLE),
        Spacer(1, 190),
        Paragraph("Port Aldery, March 2024", style.SUBTITLE),
        Paragraph("<i>Lumen et Reditus</i>", style.SMALL),
        PageBreak(),
        Spacer(1, 300),
        *(Paragraph(line, style.SMALL) for line in imprint),
        PageBreak(),
        Paragraph("Contents", style.PLAIN_HEADING),
        contents,
        PageBreak(),
        Paragraph("Tables and Figures", style.PLAIN_HEADING),
        listing,
    ]


def story() -> list[Any]:
    """The whole book, from the marked-up text of the parts."""
    parts = (
        handbook_part1,
        handbook_part2,
        handbook_part3,
        handbook_part4,
        handbook_part5,
        handbook_part6,
    )
    flow = front_matter()
    body, template = style.BODY, "one"
    for block in re.split(r"\n{2,}", "\n".join(part.TEXT for part in parts).strip()):
        lines = block.strip().splitlines()
        first, text = lines[0], " ".join(lines)
        kind, _, rest = first.partition(" ")
        if kind in ("@columns", "@single"):
            template = "two" if kind == "@columns" else "one"
            body = style.COLUMN if template == "two" else style.BODY
            lines = lines[1:]
            if not lines:
                continue
            kind, _, rest = lines[0].partition(" ")
        if kind == "#":
            flow += [NextPageTemplate(template), PageBreak()]
        if kind in ("#", "##", "###"):
            flow.append(Paragraph(rest, style.HEADINGS[len(kind) - 1]))
        elif kind in ("@table", "@long"):
            flow += style.make_table(rest, lines[1:-1], long=kind == "@long")
        elif kind == "@figure":
            name, _, caption = rest.partition(" ")
            flow += style.make_figure(name, caption)
        elif kind == "@zh":
            flow.append(Paragraph("12.3 In Chinese", style.HEADINGS[1]))
            flow.append(Paragraph(CHINESE_NOTE, style.SMALL))
            flow.append(Paragraph(CHINESE, style.ZH))
        elif kind == "~":
            flow.append(Paragraph("<br/>".join(line[2:] for line in lines), style.LINES))
        elif kind == ">":
            flow.append(Paragraph(text[2:], style.QUOTE))
        else:
            flow.append(Paragraph(text, body))
    return flow


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="check the questions, write nothing")
    parser.add_argument("--out", type=Path, default=HERE / "handbook.pdf")
    options = parser.parse_args()
    if options.check:
        faults = handbook_check.check(options.out, HERE / "handbook_questions.jsonl")
        print("\n".join(faults) or "the questions agree with the handbook")
        return 1 if faults else 0
    Handbook(options.out).multiBuild(story())
    print(f"wrote {options.out} ({options.out.stat().st_size} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
