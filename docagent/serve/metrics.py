"""What a server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from docagent.answer import Usage

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600)


class Metrics:
    """The counts of one server."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "docagent_requests", "Requests.", ["route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "docagent_request_seconds",
            "Seconds until a request was answered.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.first_token = Histogram(
            "docagent_first_token_seconds",
            "Seconds until the first words of an answer, the queue included.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._tokens = Counter(
            "docagent_tokens", "Tokens of the language model.", ["kind"], registry=registry
        )

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Tell a value that is asked for when metrics are read."""
        Gauge(f"docagent_{name}", text, registry=self._registry).set_function(value)

    def count(self, usage: Usage) -> None:
        """Add the tokens of an answer."""
        self._tokens.labels("prompt").inc(usage.prompt_tokens)
        self._tokens.labels("cached").inc(usage.cached_tokens)
        self._tokens.labels("completion").inc(usage.completion_tokens)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
