"""What logs never carry: keys in addresses, tokens, passwords."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

CUT = "[cut]"
# The address itself is the secret: whoever has it may act. tests/common/test_logs.py holds this to the list of pages.
_IN_PATH = re.compile(
    r"(?<=/)(password/reset/key|confirm-email|invitations/accept|notifications/unsubscribe)/[^/\s?\"'<>]+"
)
_IN_QUERY = re.compile(
    r"([?&;](?:[\w-]*(?:token|secret|password|passwd|signature|api_?key|sesame)[\w-]*|key|code|sig)=)[^&\s\"'<>]+",
    re.IGNORECASE,
)
_KEYS = re.compile(r"\b(?:tw_|whsec_|sk_live_|sk_test_|rk_live_)[\w-]{8,}|(?<=Bearer )[\w.~+/=-]{8,}")
_SECRET_NAMES = re.compile(r"token|secret|password|authorization|cookie|api_?key", re.IGNORECASE)


def cut_secrets(text: str) -> str:
    """The text without what would let its reader act as somebody else."""
    text = _IN_PATH.sub(rf"\1/{CUT}", text)
    return _KEYS.sub(CUT, _IN_QUERY.sub(rf"\1{CUT}", text))


def cut_secrets_processor(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog, before the renderer: values by their name, and addresses inside every text."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name) and isinstance(value, str):
            event[name] = CUT
        elif isinstance(value, str):
            event[name] = cut_secrets(value)
    return event


class SecretsFilter(logging.Filter):
    """For handlers of the standard library: the finished line, and the text of an exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        cut = cut_secrets(line)
        if cut != line:
            record.msg, record.args = cut, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = cut_secrets(logging.Formatter().formatException(record.exc_info))
        return True
