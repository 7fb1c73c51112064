"""What Schemathesis cannot know by itself: signatures, artifact files, which token to spare."""

import os
import zlib
from pathlib import Path
from typing import Any

import jwt
import requests
import schemathesis

from otakit.fixtures.keys import generate_key

SIGNATURE = "X-MEN-Signature"
LOGIN = ("admin@example.com", "otakit-password")
TOKEN = os.environ["OTAKIT_FUZZ_TOKEN"]
FILES = ("artifact", "file")


class Signs(requests.auth.AuthBase):
    """Signs three of four authentication requests with the first device's key."""

    def __init__(self) -> None:
        """Make the key again."""
        self._key = generate_key("ed25519", seed=1)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a good signature in place of the generated one; a missing one stays missing."""
        raw = request.body if isinstance(request.body, bytes) else b""
        if SIGNATURE in request.headers and zlib.crc32(raw) % 4:
            request.headers[SIGNATURE] = self._key.sign(raw)
        return request


sign = schemathesis.auth.set_from_requests(Signs())  # type: ignore[attr-defined]  # its stub
sign.apply_to(operation_id="authenticateDevice")


@schemathesis.deserializer("application/json")
def read_body(_: Any, response: schemathesis.Response) -> Any:
    """Read a token as the text that the documents say it is; Schemathesis takes it for JSON."""
    is_token = response.headers["content-type"] == ["application/jwt"]
    return response.text if is_token else response.json()


@schemathesis.hook
def before_call(_: Any, case: schemathesis.Case[Any], __: dict[str, Any]) -> None:
    """Adapt a case before it is sent."""
    if case.operation.label == "POST /auth/logout":
        log_in(case)
    if case.operation.label == "DELETE /settings/tokens/{id}":
        spare_own(case, "jti")
    if case.operation.label == "DELETE /users/{id}":
        spare_own(case, "sub")
    if isinstance(case.body, dict) and case.media_type == "multipart/form-data":
        put_file_last(case.body)


def log_in(case: schemathesis.Case[Any]) -> None:
    """Let a logout end a session of its own, not the token that all other requests use."""
    if case.headers.get("Authorization") == f"Bearer {TOKEN}":
        url = f"{case.operation.base_url}/auth/login"
        token = requests.post(url, auth=LOGIN, timeout=10).text
        case.headers["Authorization"] = f"Bearer {token}"


def spare_own(case: schemathesis.Case[Any], claim: str) -> None:
    """Let nobody revoke the token that all other requests use, or delete its user."""
    own = jwt.decode(TOKEN, options={"verify_signature": False})[claim]
    if case.path_parameters.get("id") == own:
        case.path_parameters["id"] = "nobody"


def put_file_last(form: dict[str, Any]) -> None:
    """Send a form's file as its last part, which no schema can ask for; mostly a real artifact.

    In half of the cases its size, if there is one, is the right one: older editions look at it.
    """
    for name in FILES:
        if name in form:
            content = form.pop(name)
            chance = zlib.crc32(repr(form).encode()) % 4
            if name == "artifact" and chance:
                content = Path("upload.mender").read_bytes()
                if "size" in form and chance > 1:
                    form["size"] = len(content)
            form[name] = content
