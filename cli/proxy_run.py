"""What `otakit proxy` does with its options: reaches the target, passes on, tells and sums up."""

import asyncio
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import click
import httpx
import uvicorn

from otakit.contracts.connection import Connection
from otakit.contracts.documents import Documents
from otakit.contracts.errors import BadRequestOfUser
from otakit.contracts.proxy import Proxy
from otakit.contracts.proxy_inspection import Inspection
from otakit.contracts.proxy_tally import Tally, Violation
from otakit.contracts.proxy_tunnel import tunnels
from otakit.contracts.report.proxy_report import ENDINGS, Watch, write_proxy_report
from otakit.contracts.report.proxy_terminal import (
    is_told,
    json_line,
    json_summary,
    line,
    summary,
)
from otakit.contracts.target import Target
from otakit.mockserver.domain.clock import wall

_AT_START = 10.0
"""Seconds that the target may take to answer before anything is passed on."""

_SWITCH = 1e-4
"""Seconds after which what is looked at makes way for traffic; Python's own 5 ms are felt."""

_REST = 3
"""Seconds that requests under way have after Ctrl-C."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """All that a run needs, read and checked."""

    target: Target
    documents: Documents
    timeout: float
    report: Path | None


def prepare(  # noqa: PLR0913 - what a run consists of
    target: str,
    *,
    report: Path | None,
    edition: str,
    dialect: str,
    tls_ca: Path | None,
    insecure: bool,
    timeout: float,
) -> Watched:
    """Check the options; raises BadRequestOfUser."""
    if tls_ca is not None and insecure:
        message = "--insecure looks at no certificate: leave out --tls-ca, or --insecure"
        raise BadRequestOfUser(message)
    if report is not None and report.suffix not in ENDINGS:
        message = f"--report: '{report}' ends in neither {' nor '.join(ENDINGS)}"
        raise BadRequestOfUser(message)
    if report is not None and not report.parent.is_dir():
        message = f"--report: there is no folder '{report.parent}' to write it to"
        raise BadRequestOfUser(message)
    try:
        documents = Documents(edition, dialect)
    except ValueError as error:
        message = f"--dialect: {error}"
        raise BadRequestOfUser(message) from None
    reached = Target(
        url=target, authority=tls_ca, insecure=insecure, timeout=min(timeout, _AT_START)
    )
    return Watched(target=reached, documents=documents, timeout=timeout, report=report)


def reach(target: Target) -> None:
    """Ask the target for anything; raises TargetUnreachable where nobody answers."""
    connection = Connection(target)
    try:
        answer = connection.send(connection.build("GET", "/"))
    finally:
        connection.close()
    to = urljoin(f"{target.base}/", answer.headers.get("location", ""))
    if answer.is_redirect and not connection.is_target(httpx.URL(to)):
        click.echo(
            f"otakit: warning: {target.base} sends its callers to {to}, past this proxy;"
            " is that the target?",
            err=True,
        )


def run(watched: Watched, sock: socket.socket, url: str, *, in_json: bool) -> bool:
    """Pass on until Ctrl-C, then sum up; return whether all was as documented."""
    tally = Tally(watched.documents)

    def hear(violation: Violation) -> None:
        if in_json:
            click.echo(json_line(violation))
        elif is_told(violation):
            click.echo(line(violation))

    sys.setswitchinterval(_SWITCH)
    # Connections inherit it; asyncio does not do it for them, and each answer would wait 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    inspection = Inspection(watched.documents, tally, hear)
    inspection.start()
    started, begun = wall(), time.monotonic()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(watched, inspection, sock, url))
    inspection.finish()
    watch = Watch(
        target=watched.target.base,
        edition=watched.documents.edition,
        dialect=watched.documents.dialect,
        started=started,
        seconds=time.monotonic() - begun,
        tally=tally,
    )
    if watched.report is not None:
        _write(watched.report, watch)
    for told in [json_summary(watch)] if in_json else summary(watch):
        click.echo(told)
    return not tally.total


async def _serve(watched: Watched, inspection: Inspection, sock: socket.socket, url: str) -> None:
    proxy = Proxy(
        watched.target.base,
        watched.documents,
        inspection,
        trust=watched.target.trust(),
        timeout=watched.timeout,
    )

    class Server(uvicorn.Server):
        """Says when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Start, then tell people and scripts."""
            await super().startup(sockets)
            click.echo(f"otakit passes on to {watched.target.base}; stop with Ctrl-C", err=True)
            click.echo(f"otakit ready {url}")

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Stop, then leave the target."""
            await super().shutdown(sockets)
            await proxy.close()

    config = uvicorn.Config(
        proxy,
        http="httptools",
        ws=tunnels(proxy),  # type: ignore[arg-type]  # it is called like a protocol's class
        lifespan="off",
        log_level="critical",  # what is to be told of requests, the inspection tells
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_REST,
    )
    await Server(config).serve(sockets=[sock])


def _write(file: Path, watch: Watch) -> None:
    try:
        write_proxy_report(file, watch)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"the report '{file}' cannot be written: {reason}"
        raise BadRequestOfUser(message) from None
