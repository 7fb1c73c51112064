"""Settings that a front end keeps on the server (as_built/management/useradm-v1).

Saving them leaves no entry in the audit log: they are what a page remembers of its own looks,
nothing here goes by them, and the web UI saves them anew on every page load.
"""

from otakit.mockserver.answers import CREATED, JSON, OK, Answer, empty, encode, header_text
from otakit.mockserver.domain.user_settings import SHARED, check_settings
from otakit.mockserver.operations import Call, operation


@operation("getSettings")
def get_settings(call: Call) -> Answer:
    """Show the settings of all users."""
    return _show(call, SHARED)


@operation("saveSettings")
def save_settings(call: Call) -> Answer:
    """Put other settings in the place of all users'."""
    return _save(call, SHARED)


@operation("getMySettings")
def get_my_settings(call: Call) -> Answer:
    """Show the settings of the user who asks."""
    return _show(call, call.caller)


@operation("saveMySettings")
def save_my_settings(call: Call) -> Answer:
    """Put other settings in the place of one's own."""
    return _save(call, call.caller)


def _show(call: Call, owner: str) -> Answer:
    saved = call.world.users.settings.of(owner)
    headers = [(b"etag", header_text(f'"{saved.etag}"'))] if saved.etag else []
    return Answer(OK, saved.content, JSON, headers)


def _save(call: Call, owner: str) -> Answer:
    check_settings(call.body)
    call.world.users.settings.save(owner, encode(call.body), call.params.get("If-Match"))
    return empty(CREATED)
