"""Ask a long document; get an answer whose every claim stands on a page you can open."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from docagent.errors import (
    ContextTooLong,
    DocAgentError,
    DocumentError,
    ModelUnavailable,
    PasswordRequired,
    ServerError,
)

if TYPE_CHECKING:
    from docagent.answer import Answer, Citation
    from docagent.api import DocAgent
    from docagent.events import Event, Progress, Step, Token
    from docagent.settings import Settings
    from docagent.summary.summary import Summary

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Citation",
    "ContextTooLong",
    "DocAgent",
    "DocAgentError",
    "DocumentError",
    "Event",
    "ModelUnavailable",
    "PasswordRequired",
    "Progress",
    "ServerError",
    "Settings",
    "Step",
    "Summary",
    "Token",
]

_HOME = {
    "Answer": "docagent.answer",
    "Citation": "docagent.answer",
    "DocAgent": "docagent.api",
    "Event": "docagent.events",
    "Progress": "docagent.events",
    "Settings": "docagent.settings",
    "Step": "docagent.events",
    "Summary": "docagent.summary.summary",
    "Token": "docagent.events",
}


def __getattr__(name: str) -> Any:
    """Imported on first use, so that `docagent --help` loads none of it."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'docagent' has no attribute {name!r}")
