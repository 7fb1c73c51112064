"""Profiles: what a backend claims to be, and so what it is held to."""

from dataclasses import dataclass

from otakit.specs.catalogue import DEFAULT_EDITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of backend claims: the documents of an edition, as far as a plan goes."""

    name: str
    edition: str
    plan: str


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(name="mender-open-source", edition=DEFAULT_EDITION, plan="os"),
        Profile(name="mender-professional", edition=DEFAULT_EDITION, plan="professional"),
        Profile(name="mender-enterprise", edition=DEFAULT_EDITION, plan="enterprise"),
        Profile(name="mender-1", edition="mender-1", plan="enterprise"),
        Profile(name="mender-2", edition="mender-2", plan="enterprise"),
        Profile(name="jfrog-connect", edition="jfrog-connect", plan="enterprise"),
    )
}
"""All profiles by name."""

DEFAULT_PROFILE = "mender-enterprise"
