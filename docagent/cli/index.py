"""docagent index"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.show import Screen, notices, one_line

if TYPE_CHECKING:
    from retrieval.store.shelf import Shelf


def index(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", show_default=False)
    ] = None,
    embedding: options.Embedding = None,
    password: options.Password = None,
    name: Annotated[
        str | None,
        typer.Option(help="Remember these paths as a collection: @NAME stands for them."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show what is indexed.")] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget these paths, or everything without any.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Check all that is stored; exit status 1: some was damaged."),
    ] = False,
) -> int:
    """Build or refresh the index ahead of the first question."""
    from retrieval.folders import cache_folder
    from retrieval.store.collections import MARK
    from retrieval.store.shelf import Shelf

    with notices():
        shelf = Shelf(cache_folder())
        if list_:
            _list(shelf)
            return 0
        if clear:
            print(f"{shelf.clear(paths or None)} cleared")
            return 0
        if verify:
            return _verify(shelf, paths)
        if not paths:
            raise typer.BadParameter(
                "give at least one document or folder, or --list, --clear or --verify."
            )
        if name is not None:
            shelf.collections.save(name, paths)
            paths = [MARK + name]
        _build(paths, embedding, password)
    return 0


def _build(paths: list[str], embedding: str | None, password: str | None) -> None:
    from retrieval.corpus import Corpus

    screen = Screen(stream_answer=False)
    try:
        corpus = Corpus.open(paths, embedding=embedding, password=password, progress=screen.show)
    finally:
        screen.close()
    for name, one in corpus.indexed.items():
        print(f"{one_line(name)}: {one.pages} pages, {len(one)} passages")


def _list(shelf: Shelf) -> None:
    """Collections, documents, and what all of it takes."""
    from retrieval.store.collections import MARK

    for name in shelf.collections.names():
        paths = ", ".join(one_line(str(path)) for path in shelf.collections.paths(name))
        print(f"{MARK}{name}  {paths}")
    entries = shelf.entries()
    for entry in entries:
        print(
            f"{one_line(entry.source)}  {entry.pages} pages, {entry.passages} passages, "
            f"{entry.size / 1e6:.1f} MB"
        )
    if entries:
        print(f"{len(entries)} documents, {shelf.size() / 1e6:.1f} MB with word indexes")


def _verify(shelf: Shelf, paths: list[str] | None) -> int:
    """Check all that is stored; exit status 1 if something was damaged."""
    from retrieval.files import matches_of
    from retrieval.store.verify import verify

    given = shelf.collections.expand(paths) if paths else []
    below = [match.absolute() for path in given for match in matches_of(path)] if paths else None
    damaged = 0
    for line in verify(shelf.cache, below):
        print(line)
        damaged += 1
    if not damaged:
        print("All that is stored is whole.")
    return 1 if damaged else 0
