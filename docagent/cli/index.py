"""docagent index"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.progress import Screen, notices
from docagent.sanitize import one_line
from retrieval.extras import require

if TYPE_CHECKING:
    from retrieval.store.inventory import Inventory


def index(
    paths: options.Paths = None,
    embedding: options.Embedding = None,
    password: options.Password = None,
    name: Annotated[
        str | None,
        typer.Option(help="Save these paths as a collection: write @NAME instead of them."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Keep it in a store for large collections: lance:FOLDER or lance:s3://BUCKET/PREFIX."
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List what is indexed.")] = False,
    clear: Annotated[
        bool,
        typer.Option(
            "--clear", help="Remove these paths from the index, or everything if there are none."
        ),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check what is stored; exit status 1: something was damaged."
        ),
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: index what changes, until Ctrl-C.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            help="With --store: read and embed on Ray, here (ray) or on a cluster "
            "(ray://HOST:10001).",
            metavar="ray|ray://HOST:PORT",
        ),
    ] = None,
) -> int:
    """Build or refresh the index before the first question."""
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
            uri = store or inventory.collections.store_of(paths or ())
            return _verify_store(uri) if uri else _verify(inventory, paths)
        if on is not None:
            from docagent.cli.index_ray import index_store

            return index_store(
                inventory.collections, paths or [], name, store, on, embedding, password
            )
        if store is not None or inventory.collections.store_of(paths or ()):
            return _into_store(inventory, paths or [], name, store, embedding, password)
        if not paths:
            raise typer.BadParameter(
                "give at least one document or folder, or --list, --clear or --verify."
            )
        if name is not None:
            inventory.collections.save(name, paths)
            paths = [MARK + name]
        _build(paths, embedding, password)
        if watch:
            _watch(paths, embedding, password)
    return 0


def _watch(paths: list[str], embedding: str | None, password: str | None) -> None:
    """Index what changes below the paths until Ctrl-C."""
    require("watchfiles", "watchfiles", "serve", "Watching")
    import threading

    from docagent.serve.library import Library
    from docagent.serve.sources import Sources
    from docagent.serve.watch import watch
    from docagent.settings import Settings
    from retrieval.folders import cache_folder

    sources = Sources(paths, cache_folder())
    library = Library(sources, None, Settings(embedding=embedding, password=password))
    library.refresh()
    library.read_all()
    watch(
        sources.places,
        library,
        threading.Event(),
        lambda line: print(one_line(line), flush=True),
    )


def _build(paths: list[str], embedding: str | None, password: str | None) -> None:
    from retrieval.corpus import Corpus

    with Screen() as screen:
        corpus = Corpus.open(paths, embedding=embedding, password=password, emit=screen.show)
    for name in corpus.documents:
        passages = corpus.passages(name)
        print(f"{one_line(name)}: {passages.page_count} pages, {len(passages)} passages")


def _into_store(
    inventory: Inventory,
    paths: list[str],
    name: str | None,
    store: str | None,
    embedding: str | None,
    password: str | None,
) -> int:
    """Bring a store up to date, and remember it under a name.

    A collection that is named alone, `@reports`, moves there, or is brought up to date where it is.
    Without paths, a store that others fill gets a name here.
    """
    from retrieval.large import fill_store
    from retrieval.store.collections import MARK
    from retrieval.store.lance import LanceStore

    collections = inventory.collections
    uri = store or collections.store_of(paths) or ""
    if name is None and len(paths) == 1 and paths[0].startswith(MARK):
        name = paths[0].removeprefix(MARK)
    if name is None:
        raise typer.BadParameter("a store needs a name: --name reports.", param_hint="--store")
    expanded = collections.expand(paths)
    opened = LanceStore.open(uri)
    if expanded:
        with Screen() as screen:
            filled = fill_store(
                uri, expanded, embedding=embedding, password=password, emit=screen.show
            )
        print(f"{filled.added} documents added, {filled.removed} removed, {filled.kept} kept")
    elif not len(opened):
        raise typer.BadParameter(f"give the paths of documents: {uri} is empty.")
    collections.save(name, expanded, opened.uri)
    return 0


def _list(inventory: Inventory) -> None:
    """Collections, documents, and what all of it takes."""
    from retrieval.store.collections import MARK
    from retrieval.store.lance import LanceStore

    for name in inventory.collections.names():
        paths = ", ".join(one_line(str(path)) for path in inventory.collections.paths(name))
        uri = inventory.collections.store(name)
        where = f"  in {one_line(uri)}, {len(LanceStore.open(uri)):,} documents" if uri else ""
        print(f"{MARK}{name}  {paths}{where}")
    entries = inventory.entries()
    for entry in entries:
        print(
            f"{one_line(entry.source)}  {entry.pages} pages, {entry.passages} passages, "
            f"{entry.size / 1e6:.1f} MB"
        )
    if entries:
        print(f"{len(entries)} documents, {inventory.size() / 1e6:.1f} MB with word indexes")


def _verify_store(uri: str) -> int:
    """Check that what a store has agrees; exit status 1 if it does not."""
    from retrieval.store.lance import LanceStore
    from retrieval.store.lance_verify import verify_store

    store = LanceStore.open(uri)
    faults = verify_store(store)
    for fault in faults:
        print(f"{one_line(store.uri)}: {one_line(fault)}")
    if faults:
        print("The next docagent index of it takes out what is there twice or not whole.")
        return 1
    print(
        f"{one_line(store.uri)}: {len(store):,} documents and "
        f"{store.passages.count_rows():,} passages, which agree; no vector is damaged."
    )
    return 0


def _verify(inventory: Inventory, paths: list[str] | None) -> int:
    """Check what is stored; exit status 1 if something was damaged."""
    from retrieval.files import matches_of
    from retrieval.store.verify import verify

    within = None
    if paths:
        expanded = inventory.collections.expand(paths)
        within = [match.absolute() for path in expanded for match in matches_of(path)]
    status = 0
    for line in verify(inventory.cache, within):
        print(line)
        status = 1
    if status == 0:
        print("All that is stored is whole.")
    return status
