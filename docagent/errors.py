"""The one error a user meets: a single line that says what to do."""


class DocAgentError(Exception):
    """Shown on standard error as it stands, without a traceback; exit status 1."""


def first_line(error: BaseException) -> str:
    """What a library's error says in its first line, or its name where it says nothing."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
