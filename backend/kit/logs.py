import logging
import sys
from hashlib import blake2b

import structlog


def configure(*, level: str, json: bool) -> None:
    """Log structured lines to standard output, for our own code and for libraries alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,  # type: ignore[arg-type]  # invariant list of one processor type
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("urllib3", "apscheduler", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def alias(member_id: int) -> str:
    """A short stand-in for a member id in logs: the same member has the same alias, and it leads nowhere."""
    return blake2b(str(member_id).encode(), digest_size=6, person=b"baihui-log").hexdigest()
