"""Devices come, go, and change."""

from hypothesis import strategies as st

from otakit.contracts.acts import devices, updates
from otakit.contracts.draws.draw import (
    ADMISSION,
    INVENTORY,
    MOST_DEVICES,
    ROLLOUTS,
    draw,
    pick,
    picks,
)
from otakit.contracts.machine import Machine


@draw((ADMISSION,), number=picks, key=st.sampled_from([0, 0, 1]))
def ask(machine: Machine, *, number: int, key: int) -> None:
    """Ask to be let in."""
    machine.take(devices.Ask(device=number % MOST_DEVICES, key=key))


@draw(
    (ADMISSION, ROLLOUTS),
    needs=lambda machine: machine.known,
    number=picks,
    status=st.sampled_from(["accepted", "accepted", "rejected"]),
)
def change_key(machine: Machine, *, number: int, status: str) -> None:
    """Come with another key, on which a user decides."""
    device = pick(machine.known, number)
    asked = devices.Ask(device=device, key=1)
    machine.take(asked, devices.Decide(device=device, key=1, status=status), asked)


@draw((ADMISSION,), number=picks)
def preauthorize(machine: Machine, *, number: int) -> None:
    """Announce a device, known or not."""
    machine.take(devices.Preauthorize(device=number % MOST_DEVICES))


@draw(
    (ADMISSION, INVENTORY),
    needs=lambda machine: machine.known,
    number=picks,
    key=st.sampled_from([0, 0, 1]),
    decided=st.sampled_from(
        [("accepted",), ("accepted",), ("rejected",), ("pending",), ("rejected", "accepted")]
    ),
)
def decide(machine: Machine, *, number: int, key: int, decided: tuple[str, ...]) -> None:
    """Accept, reject or dismiss, or think better of it."""
    device = pick(machine.known, number)
    machine.take(*(devices.Decide(device=device, key=key, status=status) for status in decided))


@draw(
    (ADMISSION, INVENTORY, ROLLOUTS),
    needs=lambda machine: machine.known,
    number=picks,
    how=st.sampled_from(["dismiss 0", "dismiss 1", "again", "gone", "gone", "revoke"]),
)
def remove(machine: Machine, *, number: int, how: str) -> None:
    """Remove a device, which may come again, an authentication set or a token."""
    device = pick(machine.known, number)
    if how.startswith("dismiss"):
        machine.take(devices.Dismiss(device=device, key=int(how[-1])))
    elif how == "revoke":
        machine.take(devices.Revoke(device=device), updates.Poll(device=device))
    else:
        machine.take(devices.Decommission(device=device))
        if how == "again":
            machine.admit(device, number)
