"""What is told and written of devices: attributes, tags, groups and filters."""

from hypothesis import strategies as st

from otakit.contracts.acts import filters, groups, inventory, tags
from otakit.contracts.draws.draw import (
    ADMISSION,
    INVENTORY,
    draw,
    letters,
    pick,
    picks,
    rarely,
    several,
    sites,
    values,
)
from otakit.contracts.machine import Machine


@draw(
    (ADMISSION, INVENTORY),
    needs=lambda machine: machine.updaters,
    number=picks,
    told=values,
    site=sites,
    replace=st.booleans(),
)
def tell(machine: Machine, *, number: int, told: dict[str, str], site: str, replace: bool) -> None:
    """Tell attributes."""
    kind = inventory.Replace if replace else inventory.Tell
    machine.take(kind(device=pick(machine.updaters, number), attributes={**told, "site": site}))


@draw(
    (ADMISSION, INVENTORY),
    needs=lambda machine: machine.known,
    number=picks,
    told=values,
    replace=st.booleans(),
)
def tag(machine: Machine, *, number: int, told: dict[str, str], replace: bool) -> None:
    """Write tags."""
    kind = tags.Retag if replace else tags.Tag
    machine.take(kind(device=pick(machine.known, number), attributes=told))


@draw(
    (ADMISSION, INVENTORY),
    needs=lambda machine: machine.known,
    number=picks,
    group=letters,
    out=st.sampled_from(["", "", "across", "leave", "dissolve"]),
)
def move(machine: Machine, *, number: int, group: str, out: str) -> None:
    """Put a device into a group or from there into another one, or take it or all out."""
    device = pick(machine.known, number)
    if out == "dissolve":
        machine.take(groups.Dissolve(group=group))
    elif out == "leave":
        machine.take(groups.Leave(device=device, group=group))
    else:
        machine.take(groups.Move(device=device, group=group))
    if out == "across":
        machine.take(groups.Move(device=device, group="b" if group == "a" else "a"))


@draw(
    (INVENTORY,),
    weight=2,
    needs=lambda machine: machine.known,
    numbers=several,
    group=letters,
    out=rarely,
)
def gather(machine: Machine, *, numbers: set[int], group: str, out: bool) -> None:
    """Put several devices into a group, or take them out."""
    kind = groups.Scatter if out else groups.Gather
    machine.take(kind(devices=machine.several(numbers), group=group))


@draw((INVENTORY,), site=sites, called=st.sampled_from([0, 1, 2]), number=picks, gone=rarely)
def save_filter(machine: Machine, *, site: str, called: int, number: int, gone: bool) -> None:
    """Save a filter, or delete one."""
    saved = machine.oracle.numbers("filter")
    if gone and saved:
        machine.take(filters.Delete(filter=pick(saved, number)))
    elif len(saved) < 2:  # noqa: PLR2004 - one for each site
        machine.take(filters.Save(filter=machine.next("filter"), site=site, called=called))
