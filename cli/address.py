"""The address that a server listens on, and who can reach it there."""

import errno
import ipaddress
import socket

import click

_HINTS = {
    errno.EADDRINUSE: "is another server running there? --port takes another one",
    errno.EACCES: "ports below 1024 need privileges; --port takes another one",
}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to a host's address; raises ClickException."""
    if not host:
        message = "--host is empty: 0.0.0.0 stands for all addresses of this machine"
        raise click.ClickException(message)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, UnicodeError) as error:
        sock.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        hint = _HINTS.get(getattr(error, "errno", 0), "--host takes an address of this machine")
        message = f"cannot listen on {host} port {port}: {reason}; {hint}"
        raise click.ClickException(message) from None
    return sock


def check_exposure(host: str, sock: socket.socket, control_token: str) -> None:
    """Refuse to let other machines steer the server without a token; raises ClickException.

    Asks the socket, not the name, which addresses it is bound to.
    """
    if control_token or is_loopback(sock):
        return
    message = (
        f"--host {host} lets other machines reach the control API, which resets, deletes and"
        " reads everything: --control-token TOKEN closes it, --host 127.0.0.1 keeps to this machine"
    )
    raise click.ClickException(message)


def url_of(host: str, sock: socket.socket, *, tls: bool) -> str:
    """Return the URL at which a bound socket is reached."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{sock.getsockname()[1]}"


def is_loopback(sock: socket.socket) -> bool:
    """Say whether only this machine reaches a bound socket."""
    ip = ipaddress.ip_address(sock.getsockname()[0])
    mapped = getattr(ip, "ipv4_mapped", None)  # ::ffff:127.0.0.1
    return (mapped or ip).is_loopback
