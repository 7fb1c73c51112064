"""The options that have a server speak TLS."""

import ssl
from pathlib import Path

import click

_BEGIN = b"-----BEGIN CERTIFICATE-----"


def tls_context(
    certificate: Path | None, key: Path | None, self_signed: Path | None, host: str
) -> ssl.SSLContext | None:
    """Return what TLS is served with, or None without any of its options.

    Writes the certificate to trust to `self_signed`. Raises ClickException.
    """
    if self_signed is not None:
        if certificate or key:
            message = "--tls-self-signed makes its own certificate: leave out --tls-cert, --tls-key"
            raise click.ClickException(message)
        return _self_signed(self_signed, host)
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        message = f"--tls-{'key' if key else 'cert'} needs --tls-{'cert' if key else 'key'} as well"
        raise click.ClickException(message)

    from otakit.mockserver.tls import BadCertificate, context_of_files

    try:
        return context_of_files(certificate, key)
    except BadCertificate as error:
        message = f"--tls-cert, --tls-key: {error}"
        raise click.ClickException(message) from None


def _self_signed(file: Path, host: str) -> ssl.SSLContext:
    from otakit.mockserver.tls import self_signed_context

    context, authority = self_signed_context(host)
    try:
        if file.exists() and not file.read_bytes().startswith(_BEGIN):
            message = f"--tls-self-signed: '{file}' is there and is no certificate: name another"
            raise click.ClickException(message)
        file.write_bytes(authority)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"--tls-self-signed: '{file}' cannot be written: {reason}"
        raise click.ClickException(message) from None
    return context
