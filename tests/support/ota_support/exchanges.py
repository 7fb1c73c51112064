"""Requests as a journal has them, without a server."""

import json
from typing import Any

from otakit.mockserver.exchange import Exchange, begin


def exchange(*, body: Any = b"", answer: Any = b"", **fields: Any) -> Exchange:
    """Return an exchange that is over; bodies that are no bytes become JSON.

    `fields` are attributes of it; `headers` and `answer_headers` pairs of bytes.
    """
    scope = {
        "method": fields.pop("method", "GET"),
        "scheme": "http",
        "path": fields.pop("path", "/"),
        "query_string": fields.pop("query", b""),
        "headers": fields.pop("headers", []),
    }
    made = begin(scope, fields.pop("request_id", b"request"))
    made.received(_bytes(body))
    made.answered(fields.pop("status", 200), fields.pop("answer_headers", []))
    made.answered_with(_bytes(answer))
    made.end()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
