"""What happens without a token."""

from ota_stories.stage import UNKNOWN, Stage, expect


def refused(stage: Stage) -> None:
    """Every operation of which the documents say so refuses who does not say who it is."""
    for operation in stage.listed:
        if "401" in operation["responses"] and operation["path"] != "/auth_requests":
            path = "/".join(
                UNKNOWN if part.startswith("{") else part for part in operation["path"].split("/")
            )
            url = f"{operation['base']}{path}"
            expect(stage.nobody.request(operation["method"], url), 401)


STORIES = (refused,)
