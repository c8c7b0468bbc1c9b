import logging
import sys
from hashlib import blake2b

import structlog
from structlog.types import Processor


def configure(*, level: str, json: bool) -> None:
    """Log structured lines to standard error, for our own code and for libraries alike."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered = _rendered(json=json)
    structlog.configure(
        processors=[*shared, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # not through logging: a line a call would cost several times as much
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("alembic", "apscheduler", "urllib3", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _rendered(*, json: bool) -> list[Processor]:
    if json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # plain: the colourful one shows local variables, which may be personal
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def alias(member_id: int) -> str:
    """A short stand-in for a member id in logs: the same member has the same alias, and it leads nowhere."""
    return blake2b(str(member_id).encode(), digest_size=6, person=b"baihui-log").hexdigest()
