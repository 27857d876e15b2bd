"""One line per event, with the request id; JSON in production, readable text on the desk.

Nothing here filters secrets out of lines: they have a type that prints as stars
(`vault.Secret`), and the libraries that would print URLs and headers are kept quiet.
"""

import logging.config
from typing import Any

import structlog

# httpx prints full URLs at INFO; Celery prints task arguments at INFO,
# and its beat a line for each sweep.
_QUIET = (
    "httpx",
    "httpcore",
    "celery.app.trace",
    "celery.worker.strategy",
    "celery.beat",
    "uvicorn.access",
)
_WITH_HANDLERS = ("uvicorn", "uvicorn.error")


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def configure(*, level: str, as_json: bool) -> None:
    """Sets up structlog and the standard library's logging to print alike on standard error."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json
        # Not the default, which shows local variables, secrets among them, where `rich` is there.
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    tracebacks: list[Any] = [structlog.processors.format_exc_info] if as_json else []
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": _shared(),
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        *tracebacks,
                        renderer,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # uvicorn has set up handlers of its own before it loads us.
                **{name: {"handlers": [], "propagate": True} for name in _WITH_HANDLERS},
                **{name: {"level": "WARNING"} for name in _QUIET},
            },
        }
    )
    # Else Python writes its warnings past all of this, in lines that are not JSON.
    logging.captureWarnings(as_json)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
