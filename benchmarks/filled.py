"""The mock with a fleet in it: `python -m benchmarks.filled PORT DEVICES`, as `otakit serve` runs.

A hundred thousand devices that log in over HTTP would take minutes. So their part of the requests
is played on the World, with texts of their own for each as a request's body would have brought
them: they ask to be let in, are accepted, get a token, and tell ten attributes.
"""

import gc
import hashlib
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import uvicorn

from otakit.mockserver.app import create_server
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.domain.inventory import INVENTORY
from otakit.mockserver.domain.world import World
from otakit.mockserver.listening import options
from otakit.mockserver.settings import Settings

FEW = 20
"""So many devices are at the site that is looked for, whatever the number of devices."""

SITE, HERE, THERE = "site", "here", "there"


def fill(world: World, devices: int) -> None:
    """Let devices in, and have each tell ten attributes."""
    for number in range(devices):
        identity = {"serial": f"filled-{number}", "mac": mac(number)}
        pubkey = key(number)
        with suppress(Unauthorized):
            world.authenticate_device(dict(identity), pubkey)
        device = world.devices.with_identity(dict(identity))
        assert device is not None
        (auth_set,) = device.auth_sets
        world.admission.set_status(device.id, auth_set, ACCEPTED)
        world.authenticate_device(dict(identity), pubkey)
        told = msgspec.json.decode(msgspec.json.encode(list(attributes(number))))
        world.inventory.assign(device.id, INVENTORY, told, replace=True)


def attributes(number: int) -> Iterator[dict[str, object]]:
    """Return what a device tells: some of it is its own, some many have in common."""
    values = {
        SITE: HERE if number < FEW else THERE,
        "artifact_name": "release-1",
        "device_type": "bench",
        "hostname": f"filled-{number}",
        "mac_eth0": mac(number),
        "ipv4_eth0": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/8",
        "kernel": "Linux version 6.6.15-yocto-standard",
        "mem_total_kB": 4_194_304,
        "network_interfaces": ["eth0", "wlan0"],
        "os": "Poky (Yocto Project Reference Distro) 5.0.4 (scarthgap)",
    }
    return ({"name": name, "value": value} for name, value in values.items())


def mac(number: int) -> str:
    """Return a device's address."""
    return ":".join(f"{byte:02x}" for byte in (0x02_00_00_00_00_00 + number).to_bytes(6, "big"))


def key(number: int) -> str:
    """Return a text that is laid out as the PEM of an Ed25519 key; nobody signs with it."""
    text = b64encode(bytes(12) + hashlib.sha256(str(number).encode()).digest()).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"


def main() -> None:
    """Fill the unnamed universe, then serve until stopped."""
    server = create_server(Settings())
    gc.disable()  # which would look at all of them again and again; nothing is dropped here
    fill(server.state.universes.default.world, int(sys.argv[2]))
    gc.enable()
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        server.app, port=int(sys.argv[1]), log_level="error", access_log=False, **options()
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
