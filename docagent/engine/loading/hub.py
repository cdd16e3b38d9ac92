"""The Hugging Face hub and its cache on this machine, with time-outs so that nothing hangs."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docagent.engine.loading.checkpoint import is_qwen2, problem
from docagent.errors import ModelUnavailable

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
TIMEOUT = 3.0
"""Seconds to wait for the hub to accept a connection."""

FILES = ("*.json", "*.safetensors", "*.jinja", "merges.txt")
"""What of a repository is needed; other formats of the same weights are left.

No `.bin`: those are pickles, which can run code when loaded.
"""


def hub_cache() -> Path:
    """The folder of the hub's cache: HF_HUB_CACHE, else `hub` under HF_HOME, else the default."""
    if named := os.environ.get("HF_HUB_CACHE"):
        return Path(named).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def cached_folder(repo: str) -> Path | None:
    """The folder of a repository that is fully in the cache; None when anything is missing."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repo, cache_dir=hub_cache(), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if problem(folder) is None else None


def local_models() -> list[str]:
    """Hugging Face ids of the Qwen2-architecture models that are fully in the cache, sorted."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repos = scan_cache_dir(hub_cache()).repos
    except CacheNotFound:
        return []
    names = sorted(repo.repo_id for repo in repos if repo.repo_type == "model")
    return [name for name in names if (folder := cached_folder(name)) and is_qwen2(folder)]


def reachable(timeout: float = TIMEOUT) -> bool:
    """Whether the hub (HF_ENDPOINT) or the proxy before it accepts a connection in time.

    Always False when HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set.
    """
    if any(_is_set(name) for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")):
        return False
    host, port = _address()
    connected = threading.Event()

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=timeout).close()
        except (OSError, UnicodeError):
            return
        connected.set()

    # In a thread, because the timeout of a connection does not cover looking up the name.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(timeout)
    return connected.is_set()


def download(repo: str) -> Path:
    """The folder of a repository, downloaded if it is not in the cache.

    Progress goes to standard error, on a terminal only. Raises `ModelUnavailable` when the hub
    cannot be reached, has no such model, or breaks off, and for a repository of GGUF files.
    """
    if folder := cached_folder(repo):
        return folder
    if repo.casefold().endswith("-gguf"):
        raise ModelUnavailable(
            f"{repo} holds GGUF files; get one with: hf download {repo} FILE.gguf, and give its "
            "path as --model"
        )
    if not reachable():
        raise ModelUnavailable(
            f"{repo} is not on this machine and the model hub cannot be reached; get it where it "
            f"can with: docagent models pull {repo}"
        )
    from huggingface_hub import snapshot_download

    with _downloading(repo):
        return Path(snapshot_download(repo, cache_dir=hub_cache(), allow_patterns=list(FILES)))


def download_file(repo: str, name: str, folder: Path) -> Path:
    """One file of a repository, put into `folder`; goes on where a killed run was.

    Progress goes to standard error, on a terminal only. Raises `ModelUnavailable` as `download`
    does, and OSError with ENOSPC when the disk is full.
    """
    from huggingface_hub import hf_hub_download

    with _downloading(repo):
        return Path(hf_hub_download(repo, name, local_dir=folder))


@contextmanager
def _downloading(repo: str) -> Iterator[None]:
    """The hub's bars on a terminal only, and its errors in one line."""
    import httpx
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    quiet_before = are_progress_bars_disabled()
    if not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    except GatedRepoError as error:
        raise ModelUnavailable(
            f"{repo} asks you to accept its terms: do so on its page, then run: hf auth login"
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelUnavailable(f"the model hub has no model {repo}; check the name") from error
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelUnavailable(
            f"downloading {repo} failed ({reason}); run the command again to resume"
        ) from error
    finally:
        if not quiet_before:
            enable_progress_bars()


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").strip().upper() in {"1", "ON", "YES", "TRUE"}


def _address() -> tuple[str, int]:
    """Host and port to connect to: the hub's, or those of the proxy that leads to it."""
    url = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    target = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(target.scheme)
    if proxy and not urllib.request.proxy_bypass(target.hostname or ""):
        target = urllib.parse.urlsplit(proxy if "//" in proxy else f"//{proxy}")
    default = 443 if target.scheme == "https" else 80
    return target.hostname or "", target.port or default
