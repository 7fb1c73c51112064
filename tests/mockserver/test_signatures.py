"""Signatures of authentication requests: what was found genuine once stays so, and nothing else."""

import pytest

from otakit.fixtures.keys import Algorithm, generate_key
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.signatures import verify

BODY = b'{"id_data":"{}"}'


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-p256"])
def test_only_what_was_signed_is_remembered(kind: Algorithm) -> None:
    """Another key, signature or body is another request, however often the right one came."""
    key, other = generate_key(kind), generate_key(kind)
    signature = key.sign(BODY)
    for _ in range(2):
        verify(key.public_pem, signature, BODY)
        for wrong in (
            (other.public_pem, signature, BODY),
            (key.public_pem, other.sign(BODY), BODY),
            (key.public_pem, signature, BODY + b" "),
            (key.public_pem, signature + BODY.decode(), b""),
            (key.public_pem, "", signature.encode() + BODY),
        ):
            with pytest.raises(Unauthorized):
                verify(*wrong)
