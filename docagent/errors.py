"""The one error a user meets: a single line that says what to do."""


class DocAgentError(Exception):
    """Shown on standard error as it stands, without a traceback; exit status 1."""
