"""What the service writes down: one JSON object a line on standard error, and never what somebody asked for.

A stack trace as Python prints it ends with the error's message, and structlog's own adds local variables: both may hold
a searched postcode or position. Ours names the error's class, the database's error code and the lines of code.
"""

import logging
import sys
from types import TracebackType
from typing import Any

import orjson
import structlog

SERVERS_LOG = "uvicorn.error"
SERVERS_ACCESS_LOG = "uvicorn.access"
FRAMES = 12


def configure_logs() -> None:
    """Set up structlog and keep uvicorn's logs free of addresses and messages; may be called again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_fault,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_current_standard_error,
    )
    # Access lines hold the address with its query; ours (request_log.py) hold the route.
    logging.getLogger(SERVERS_ACCESS_LOG).disabled = True
    server = logging.getLogger(SERVERS_LOG)
    if _without_trace not in server.filters:
        server.addFilter(_without_trace)


def _to_json(event: dict[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _current_standard_error(*_: object) -> structlog.PrintLogger:
    """A logger to what is standard error now (tests and servers replace it), not to what it was at the start."""
    return structlog.PrintLogger(sys.stderr)


def name_fault(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A structlog processor: replace `exc_info` by what can be told of an error without repeating a value."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["fault"] = describe(error)
    return event


def describe(error: BaseException) -> list[dict[str, Any]]:
    """An error and those that led to it: class, SQLSTATE where it has one, and the innermost lines of code."""
    described: list[dict[str, Any]] = []
    link: BaseException | None = error
    while link is not None and len(described) < FRAMES:
        entry: dict[str, Any] = {"error": f"{type(link).__module__}.{type(link).__qualname__}"}
        if sqlstate := getattr(link, "sqlstate", None):
            entry["sqlstate"] = sqlstate
        entry["at"] = _lines(link.__traceback__)
        described.append(entry)
        link = link.__cause__ or link.__context__
    return described


def _lines(trace: TracebackType | None) -> list[str]:
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return lines[-FRAMES:]


def _without_trace(record: logging.LogRecord) -> bool:
    """A filter for uvicorn: faults of requests are logged by us already (`problems.py`), without their messages."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg = f"{record.getMessage().strip()} {record.exc_info[0].__name__}"
        record.args = ()
        record.exc_info = None
        record.exc_text = None
    return True
