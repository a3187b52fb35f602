"""What happened that matters for security: one line each, with who (never a name or an address) and what.

They stand beside the request's line and share its request id. docs/security.md lists the events.
"""

import structlog

_log = structlog.get_logger("safeplaces.security")


def note_event(event: str, **facts: str | int | bool | None) -> None:
    """Write down that somebody signed in or out, failed to, or was refused.

    Args:
        event: `signed_in`, `signed_out`, `sign_in_failed`, `refused`.
        facts: identifiers and codes only: an actor such as `account:12`, an action, a method; never what was typed.
    """
    _log.info(event, **facts)
