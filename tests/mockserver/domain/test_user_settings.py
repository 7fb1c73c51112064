"""Settings are kept by owner, each state with an entity tag."""

import pytest

from otakit.mockserver.domain.errors import Invalid, PreconditionFailed
from otakit.mockserver.domain.user_settings import SHARED, check_settings
from otakit.mockserver.domain.world import World


def test_owner_has_an_empty_document_first(world: World) -> None:
    """Without an entity tag."""
    document = world.users.settings.of("ann")
    assert (document.content, document.etag) == (b"{}", "")


def test_owners_know_nothing_of_each_other(world: World) -> None:
    """Nor of what all share."""
    settings = world.users.settings
    settings.save("ann", b'{"a":1}')
    settings.save(SHARED, b'{"b":2}')
    assert settings.of("ann").content == b'{"a":1}'
    assert settings.of(SHARED).content == b'{"b":2}'
    assert settings.of("bob").content == b"{}"
    settings.forget("ann")
    assert settings.of("ann").etag == ""


def test_same_content_has_another_tag_each_time(world: World) -> None:
    """So that nobody overwrites what was saved in between."""
    settings = world.users.settings
    settings.save("ann", b"{}")
    tag = settings.of("ann").etag
    settings.save("ann", b"{}", f'"{tag}"')
    assert settings.of("ann").etag not in {"", tag}
    with pytest.raises(PreconditionFailed):
        settings.save("ann", b'{"late":1}', tag)
    assert settings.of("ann").content == b"{}"


def test_bounds_count_bytes() -> None:
    """Of keys and of texts directly below; what lies deeper has the body's bound."""
    check_settings({"k" * 128: "v" * 4096, "deep": {"k" * 200: "v" * 5000}, "n": None})
    for bad in ({"ß" * 65: 1}, {"k": "ß" * 2049}, dict.fromkeys(map(str, range(1025)))):
        with pytest.raises(Invalid):
            check_settings(bad)
