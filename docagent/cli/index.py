"""docagent index"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.show import Screen, notices, one_line

if TYPE_CHECKING:
    from retrieval.store.inventory import Inventory


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
    from retrieval.store.inventory import Inventory

    with notices():
        inventory = Inventory(cache_folder())
        if list_:
            _list(inventory)
            return 0
        if clear:
            print(f"{inventory.clear(paths or None)} cleared")
            return 0
        if verify:
            return _verify(inventory, paths)
        if not paths:
            raise typer.BadParameter(
                "give at least one document or folder, or --list, --clear or --verify."
            )
        if name is not None:
            inventory.collections.save(name, paths)
            paths = [MARK + name]
        _build(paths, embedding, password)
    return 0


def _build(paths: list[str], embedding: str | None, password: str | None) -> None:
    from retrieval.corpus import Corpus

    screen = Screen(stream_answer=False)
    try:
        corpus = Corpus.open(paths, embedding=embedding, password=password, emit=screen.show)
    finally:
        screen.close()
    for name in corpus.documents:
        passages = corpus.passages(name)
        print(f"{one_line(name)}: {passages.page_count} pages, {len(passages)} passages")


def _list(inventory: Inventory) -> None:
    """Collections, documents, and what all of it takes."""
    from retrieval.store.collections import MARK

    for name in inventory.collections.names():
        paths = ", ".join(one_line(str(path)) for path in inventory.collections.paths(name))
        print(f"{MARK}{name}  {paths}")
    entries = inventory.entries()
    for entry in entries:
        print(
            f"{one_line(entry.source)}  {entry.pages} pages, {entry.passages} passages, "
            f"{entry.size / 1e6:.1f} MB"
        )
    if entries:
        print(f"{len(entries)} documents, {inventory.size() / 1e6:.1f} MB with word indexes")


def _verify(inventory: Inventory, paths: list[str] | None) -> int:
    """Check all that is stored; exit status 1 if something was damaged."""
    from retrieval.files import matches_of
    from retrieval.store.verify import verify

    given = inventory.collections.expand(paths) if paths else []
    below = [match.absolute() for path in given for match in matches_of(path)] if paths else None
    damaged = 0
    for line in verify(inventory.cache, below):
        print(line)
        damaged += 1
    if not damaged:
        print("All that is stored is whole.")
    return 1 if damaged else 0
