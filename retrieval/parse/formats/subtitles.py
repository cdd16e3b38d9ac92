"""Subtitles (.srt, .vtt): what is spoken as running text, each cue at its time."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from retrieval.parse.builder import Builder, tidy
from retrieval.parse.decode import file_text, stem
from retrieval.parse.document import Document
from retrieval.parse.formats.text import read_text
from retrieval.parse.registry import Format, register

_STAMP = r"(?:(\d{1,3}):)?(\d{1,2}):(\d\d)(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_STAMP}\s*-->\s*{_STAMP}(?:\s.*)?")
_SPEAKER = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[a-z][^<>]*>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE)
_READING = re.compile(r"<rt>.*?(?:</rt>|(?=</?ruby>)|$)")
_ON = 0.2  # seconds between cues of which one shows on what the other showed
_ENDED = re.compile(r"[.!?…。！？♪][\"'”’»)\]]*$")
_TURN = re.compile(r"[-–—]\s*\S|\[|\(|♪|[A-ZÀ-Þ][\w .]{0,25}:\s")  # somebody else speaks
_PAUSE = 4.0  # seconds without a word that end a paragraph
_LONGEST = 600  # characters of a paragraph, which then ends with its sentence


class _Cue(NamedTuple):
    start: float
    end: float
    speaker: str
    words: str


def read_subtitles(path: Path, *_: object) -> Document:
    """Parse an .srt or .vtt file. Raises DocumentError if there is no word in it."""
    text, warnings = file_text(path)
    builder = Builder()
    builder.warnings += warnings
    spoken: list[_Cue] = []
    for cue in _cues(text.lstrip("\ufeff")):
        if spoken and _begins_anew(spoken, cue):
            _add(builder, spoken)
            spoken = []
        spoken.append(cue)
    _add(builder, spoken)
    if not builder.blocks:  # no times in it
        return read_text(path)
    return builder.document(stem(path), path.name)


def _cues(text: str) -> Iterator[_Cue]:
    """One for each who speaks; what is shown on from the cue before is left out."""
    lines = text.splitlines()
    at, shown, until = 0, "", -_PAUSE
    while at < len(lines):
        match = _TIMES.fullmatch(lines[at])
        at += 1
        if not match:
            continue
        words = []
        while at < len(lines) and lines[at].strip():
            words.append(lines[at])
            at += 1
        start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
        seen = [plain for line in words if (plain := _plain(line))]
        if seen and seen[0] == shown and start - until < _ON:
            words = words[1 + next(n for n, line in enumerate(words) if _plain(line)) :]
        shown, until = (seen[-1], end) if seen else (shown, until)
        # The text before the first voice, then each voice and its words.
        pieces = _SPEAKER.split(" ".join(words))
        for speaker, said in zip(["", *pieces[1::2]], pieces[::2], strict=True):
            if plain := _plain(said):
                yield _Cue(start, end, html.unescape(speaker.strip()), plain)


def _plain(text: str) -> str:
    return tidy(html.unescape(_TAG.sub("", _READING.sub("", text))))


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


def _begins_anew(spoken: list[_Cue], cue: _Cue) -> bool:
    last = spoken[-1]
    if cue.speaker != last.speaker and cue.speaker:
        return True
    if _TURN.match(cue.words) or cue.start - last.end > _PAUSE:
        return True
    length = sum(len(each.words) for each in spoken)
    return length > _LONGEST and bool(_ENDED.search(last.words))


def _add(builder: Builder, spoken: list[_Cue]) -> None:
    """One paragraph, a place for each of its cues."""
    if not spoken:
        return
    speaker = f"{spoken[0].speaker}: " if spoken[0].speaker else ""
    builder.add("text", speaker + " ".join(cue.words for cue in spoken))
    at = builder.blocks[-1].start
    for number, cue in enumerate(spoken):
        builder.places.append((at, _time(cue.start)))
        at += len(cue.words) + 1 + (len(speaker) if number == 0 else 0)


def _time(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def is_subtitles(_: Path, start: bytes) -> bool:
    text = start.decode("utf-8", "replace").lstrip("\ufeff\r\n ")
    lines = text.splitlines()[:2]
    return text.startswith("WEBVTT") or any(_TIMES.fullmatch(line) for line in lines)


register(Format("subtitles", (".srt", ".vtt"), read_subtitles, detects=is_subtitles))
