"""A device has to say the same while it is busy with a deployment (server facts, 4.4)."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Conflict
from otakit.mockserver.domain.offers import Offer

Store = Callable[..., Artifact]
Start = Callable[..., Deployment]
Admit = Callable[..., str]
Poll = Callable[..., Offer | None]


@pytest.mark.parametrize(
    "words", [{"installed": "other"}, {"kind": "bone"}, {"checksum": "1"}], ids=str
)
def test_other_words_fail(
    admit: Admit, store: Store, start: Start, poll: Poll, words: dict[str, str]
) -> None:
    """The deployment is over for the device, and the next request gets the next one."""
    device = admit("a")
    store()
    first, second = start(device), start(device)
    assert poll(device) is not None
    with pytest.raises(Conflict):
        poll(device, **words)
    assert first.part(device).status == "failure"
    offer = poll(device)
    assert offer is not None
    assert offer.deployment is second


def test_missing_words_fail_too(admit: Admit, store: Store, start: Start, poll: Poll) -> None:
    """All that was said counts."""
    device = admit("a")
    store()
    deployment = start(device)
    poll(device, checksum="1")
    with pytest.raises(Conflict):
        poll(device)
    assert deployment.statistics.counts()["failure"] == 1
    assert deployment.finished is not None
