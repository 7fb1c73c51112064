"""Artifacts and their links in the older editions of the management of deployments."""

from datetime import datetime

from otakit.contracts.backend import ARTIFACTS, Backend
from otakit.contracts.expectations import expect, expect_error, expect_status, field_of
from otakit.contracts.rule import RULES, Check, rule
from otakit.contracts.rules import management_artifact_changes as changes
from otakit.contracts.rules import management_artifact_links as links
from otakit.contracts.rules import management_artifact_lists as lists
from otakit.contracts.rules import management_artifacts as artifacts

UPLOAD = "Upload mender artifact"
EDIT = "Update description of a selected artifact"
DELETE = "Delete the artifact"
LINK = "Get the download link of a selected artifact"

HOUR = 60
"""Minutes for which a link of the first edition is valid unless one asks otherwise."""

_SAME: dict[str, tuple[Check, ...]] = {
    UPLOAD: (artifacts.location_is_the_new_artifact, artifacts.other_files_are_refused),
    "Get the details of a selected artifact": (
        artifacts.file_is_shown,
        artifacts.unknown_artifact_is_not_found,
    ),
    EDIT: (changes.description_is_edited, changes.unknown_artifact_is_not_edited),
    DELETE: (
        changes.deleted_artifact_is_gone,
        changes.deleted_file_is_gone,
        changes.artifact_of_the_past_is_deleted,
        changes.unknown_artifact_is_not_deleted,
    ),
    LINK: (
        links.link_leads_to_the_file,
        links.link_supports_ranges,
        links.link_supports_if_modified_since,
        links.link_supports_if_unmodified_since,
        links.forged_signature_is_refused,
        links.signature_is_for_one_artifact,
        links.expiry_is_signed,
        links.unknown_artifact_has_no_link,
        links.bad_id_has_no_link,
    ),
    "List known artifacts": (lists.all_artifacts_are_listed,),
}
"""What the current edition says as well, in nearly the same words: it is tried in the same way."""

_EDITIONS = (("1", "first", "Paths / "), ("2", "second", ""))


def _repeat(check: Check, heading: str) -> None:
    """Make rules of both older editions out of a current one, with its number."""
    current = next(made for made in RULES.values() if made.check is check)
    for edition, which, place in _EDITIONS:
        rule(
            current.id.replace("MEN-", f"MEN{edition}-"),
            f"{current.sentence} ({which} edition)",
            document=f"{place}{heading}",
            operations=current.operations,
            severity=current.severity,
            profiles=[f"mender-{edition}"],
        )(check)


for _heading, _checks in _SAME.items():
    for _check in _checks:
        _repeat(_check, _heading)


@rule(
    "MEN1-MGT-ART-100",
    "An upload that does not tell the file's size is refused (first edition)",
    document=f"Paths / {UPLOAD}",
    operations=["uploadArtifact"],
    profiles=["mender-1"],
)
@rule(
    "MEN2-MGT-ART-100",
    "An upload that does not tell the file's size is refused (second edition)",
    document=UPLOAD,
    operations=["uploadArtifact"],
    profiles=["mender-2"],
)
def size_is_required(backend: Backend) -> None:
    """Send an artifact alone."""
    content = backend.artifact_file(backend.name("release"))
    files = {"artifact": ("otakit.mender", content, "application/octet-stream")}
    expect_error(backend.management.post(ARTIFACTS, files=files), 400)


@rule(
    "MEN1-MGT-ART-101",
    "An artifact that was used in any deployment cannot be edited, and stays as it is",
    document=f"Paths / {EDIT}",
    operations=["updateArtifact", "getArtifact"],
    profiles=["mender-1"],
)
def used_artifact_is_not_edited(backend: Backend) -> None:
    """Deploy an artifact, and edit it: of the listed answers, 400 says so best."""
    artifact = backend.artifact()
    backend.deploy(artifact, [backend.lent_device()])
    expect_error(backend.management.put(artifact.path, json={"description": "edited"}), 400)
    shown = expect_status(backend.management.get(artifact.path), 200)
    expect(
        field_of(shown, "description") != "edited",
        "the description of an artifact that was used",
        expected="the one before",
        actual="edited",
        answer=shown,
    )


@rule(
    "MEN1-MGT-ART-102",
    "'expire' is for how many minutes a link is valid; without it, for an hour",
    document=f"Paths / {LINK}",
    operations=["getArtifactLink"],
    profiles=["mender-1"],
)
def link_lasts_as_long_as_asked(backend: Backend) -> None:
    """Ask for links of one minute, of an hour and of a week, and compare their ends."""
    artifact = backend.lent_artifact()

    def end(**query: int) -> datetime:
        path = f"{artifact.path}/download"
        answer = expect_status(backend.management.get(path, params=query), 200)
        return datetime.fromisoformat(str(field_of(answer, "expire"))[:19])

    shortest = end(expire=1)
    for query, minutes in (({}, HOUR), ({"expire": 60}, HOUR), ({"expire": 10080}, 10080)):
        lasts = (end(**query) - shortest).total_seconds() / 60 + 1
        expect(
            abs(lasts - minutes) < 1,
            f"how long a link lasts that was asked for with {query or 'nothing'}",
            expected=f"{minutes} minutes",
            actual=f"{lasts:.1f} minutes",
        )


@rule(
    "MEN1-MGT-ART-103",
    "A link lasts from one minute to a week: less or more is refused",
    document=f"Paths / {LINK}",
    operations=["getArtifactLink"],
    profiles=["mender-1"],
    severity="minor",
)
def links_have_limits(backend: Backend) -> None:
    """Ask for a link of no minutes, and of one more than a week has."""
    path = f"{backend.lent_artifact().path}/download"
    for minutes in (0, 10081):
        expect_error(backend.management.get(path, params={"expire": minutes}), 400)


@rule(
    "MEN2-MGT-ART-101",
    "An artifact that was used in any deployment cannot be edited: 422 (second edition)",
    document=EDIT,
    operations=["updateArtifact", "getArtifact"],
    profiles=["mender-2"],
)
def used_artifact_is_unprocessable(backend: Backend) -> None:
    """Deploy an artifact to a device that does not ask, and edit it."""
    changes.used_artifact_is_not_edited(backend)


@rule(
    "MEN2-MGT-ART-102",
    "An artifact that a deployment in progress uses cannot be deleted: 409 (second edition)",
    document=DELETE,
    operations=["deleteArtifact", "getArtifact"],
    profiles=["mender-2"],
    severity="critical",
)
def used_artifact_is_in_conflict(backend: Backend) -> None:
    """Deploy an artifact to a device that does not ask, and delete it."""
    changes.used_artifact_is_not_deleted(backend)
