"""Policies where the real server departs from the documents.

The model and the API ask a policy by its name; nobody asks which dialect it is.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One consistent set of answers to what the documents and the real server see differently.

    `match_depends`: an update's depends have to be met by what the device provides (reference,
    Deployments v2, Check Update); else only the device type counts.
    `abort_covers_queue`: aborting a device's deployments ends all that are not final for it
    (reference, Abort Deployments for a Device); else the current one and one more.
    `abort_freezes`: once a deployment is aborted, no device changes its status in it any more, not
    even one that was done before (reference, Update Deployment Status); else only those that the
    abort ended are held.
    `refuse_twins`: a deployment equal to an unfinished one is refused; the reference does not
    know of that.
    `token_cookie`: a user's token may stand in a cookie called JWT where a request that only reads
    has no Authorization header; the reference wants the header (Introduction / Authentication).
    `device_cookie`: a device's token may stand in a cookie (reference, Device connect); else the
    Authorization header is the only place for it.
    `targets_take_part`: a target belongs to its deployment from the creation on: it is listed
    there, `device_count` counts it, an abort ends it; else from its first request on, so that
    `device_count` counts those that asked, `max_devices` the targets, and an abort takes those that
    never asked out of the counters.
    `knows_scheduled`: a deployment whose first phase is still to come is `scheduled`; else
    `pending` until something moves, and nobody can ask for `scheduled` ones.
    `shows_defaults`: a deployment shows the settings that it does not use, too, such as 0 retries.
    `misses_unknown_deployments`: the abort of an unknown deployment finds nothing; else such a
    deployment counts as finished.
    `free_keys_describe`: what a device tells beside `artifact_provides` describes it, too
    (reference, Check Update Depends); else it is not looked at.
    `devices_by_age`: device authentication lists devices by age; else by the name of their status,
    then by id.
    `auth_sets_have_devices`: an authentication set names its device and is found below it only;
    else its own id is enough to read or delete it.
    `shows_known_device`: who preauthorizes a known identity is shown that device with its
    authentication sets; else without them.
    `meta_data_is_object`: an update's `meta_data` is an object; else a list of pairs.
    `counts_storage`: the bytes of all artifacts are known; else 0 is shown.
    `search_finds_parts`: a text that is searched for may be a part of a word; else it has to be
    whole words.
    `locations_are_paths`: `Location` is where the new thing is read; else what the real server
    writes there for preauthorized devices and generated artifacts.
    `tokens_begin_at_issue`: a device's token is good from its issue on; else from the year 1.
    `own_words`: errors say what is wrong in our own words; else in the real server's, where they
    are known.
    `options_are_for_cors`: OPTIONS are answered to browsers only; else to all, with the methods.
    `redirects_for_now`: a path with a slash too many is redirected with 307; else GET with 301.
    `configure_strangers`: a device that nobody knows can be configured, whatever its id; the
    reference knows a 404.
    `shows_configurations`: a deployment shows the configuration that it brings; else in Base64, of
    each value no more than the beginning.
    """

    name: str
    match_depends: bool
    abort_covers_queue: bool
    abort_freezes: bool
    refuse_twins: bool
    token_cookie: bool
    device_cookie: bool
    targets_take_part: bool
    knows_scheduled: bool
    shows_defaults: bool
    misses_unknown_deployments: bool
    free_keys_describe: bool
    devices_by_age: bool
    auth_sets_have_devices: bool
    shows_known_device: bool
    meta_data_is_object: bool
    counts_storage: bool
    search_finds_parts: bool
    locations_are_paths: bool
    tokens_begin_at_issue: bool
    own_words: bool
    options_are_for_cors: bool
    redirects_for_now: bool
    configure_strangers: bool
    shows_configurations: bool


DOCUMENTED = Dialect(
    name="documented",
    match_depends=True,
    abort_covers_queue=True,
    abort_freezes=True,
    refuse_twins=False,
    token_cookie=False,
    device_cookie=True,
    targets_take_part=True,
    knows_scheduled=True,
    shows_defaults=True,
    misses_unknown_deployments=True,
    free_keys_describe=True,
    devices_by_age=True,
    auth_sets_have_devices=True,
    shows_known_device=True,
    meta_data_is_object=True,
    counts_storage=True,
    search_finds_parts=True,
    locations_are_paths=True,
    tokens_begin_at_issue=True,
    own_words=True,
    options_are_for_cors=True,
    redirects_for_now=True,
    configure_strangers=False,
    shows_configurations=True,
)
"""The documents' word, everywhere."""

AS_BUILT = Dialect(
    name="as-built",
    match_depends=False,
    abort_covers_queue=False,
    abort_freezes=False,
    refuse_twins=True,
    token_cookie=True,
    device_cookie=False,
    targets_take_part=False,
    knows_scheduled=False,
    shows_defaults=False,
    misses_unknown_deployments=False,
    free_keys_describe=False,
    devices_by_age=False,
    auth_sets_have_devices=False,
    shows_known_device=False,
    meta_data_is_object=False,
    counts_storage=False,
    search_finds_parts=False,
    locations_are_paths=False,
    tokens_begin_at_issue=False,
    own_words=False,
    options_are_for_cors=False,
    redirects_for_now=False,
    configure_strangers=True,
    shows_configurations=False,
)
"""What the open-source server does, where a client can see it."""

DIALECTS = {dialect.name: dialect for dialect in (DOCUMENTED, AS_BUILT)}
"""All dialects by name."""
