"""What opens something is not shown."""

import time

import pytest

from ota_support.exchanges import exchange
from otakit.mockserver.journal.secrecy import safe_headers, safe_path, safe_text

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SHOWN = f"eyJ...({len(TOKEN)})"


@pytest.mark.parametrize(
    ("header", "value", "shown"),
    [
        ("authorization", f"Bearer {TOKEN}", f"Bearer {SHOWN}"),
        ("authorization", "Basic YWRtaW5Ab3Rha2l0Om90YWtpdA==", "Basic YWR...(28)"),
        ("authorization", "secret", "...(6)"),
        ("cookie", f"JWT={TOKEN}; theme=dark", f"JWT={SHOWN}; theme=...(4)"),
        ("set-cookie", f"JWT={TOKEN}; Path=/; HttpOnly", f"JWT={SHOWN}; Path=/; HttpOnly"),
        ("x-men-signature", "A" * 344, "AAA...(344)"),
        ("location", "/a?x-men-signature=abc&b=1", "/a?x-men-signature=...&b=1"),
        ("x-token", TOKEN, SHOWN),
        ("accept", "*/*", "*/*"),
    ],
)
def test_headers(header: str, value: str, shown: str) -> None:
    """Secrets keep how they begin, if they are long, and their length."""
    assert dict(safe_headers([(header.upper().encode(), value.encode())])) == {header: shown}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (TOKEN, SHOWN),
        (f'{{"uri": "http://h/a?token%3D{TOKEN}"}}', f'{{"uri": "http://h/a?token%3D{SHOWN}"}}'),
        ('{"uri":"/a?x-men-signature=ab-c_=&d=1"}', '{"uri":"/a?x-men-signature=...&d=1"}'),
        (r'{"password": "a\"b", "email": "x"}', '{"password": "...", "email": "x"}'),
        ('{"current_password":"a","secret" : "b"}', '{"current_password":"...","secret" : "..."}'),
        ('{"password": "cut of', '{"password": "...'),
        ('{"name": "password"}', '{"name": "password"}'),
        ("eyJustice.is.not.one", "eyJ...(16).one"),
    ],
)
def test_texts(text: str, shown: str) -> None:
    """Wherever they stand in a body; what looks like a token is taken for one."""
    assert safe_text(text) == shown


def test_path_fits_any_log() -> None:
    """One line of ASCII, whatever was asked for."""
    made = exchange(path="/é\n/'x", query=b"a=\xff&x-men-signature=abc&b=%20&%70assword=x")
    assert safe_path(made) == "/%C3%A9%0A/'x?a=%FF&x-men-signature=...&b=%20&%70assword=..."


@pytest.mark.parametrize("part", ["eyJ", "eyJ.", '"password":"', "x-men-signature=", '"token" '])
def test_long_texts_take_no_longer(part: str) -> None:
    """Nothing but beginnings of secrets, as much as is kept of a body."""
    began = time.process_time()
    safe_text(part * (65_536 // len(part)))
    assert time.process_time() - began < 2
