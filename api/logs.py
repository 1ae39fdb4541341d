"""The log: a JSON document a line, with what happened and how long it took, and nothing about anybody.

No addresses, names, file names or texts of users: rows are named by their identifiers only.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("formcheck.service")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """Words a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; of an error where it happened, not its text, which may quote somebody."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage().strip(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[2]:
            frame = record.exc_info[2]
            while frame.tb_next:
                frame = frame.tb_next
            line["at"] = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
        return json.dumps(line, default=str)


def start_log() -> None:
    """Write the log to stderr, and what the libraries below warn of in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    log.setLevel(logging.INFO)
    # It would write lines of its own if nobody had set this up before it starts.
    logging.getLogger("dbos").handlers = [logging.NullHandler()]
