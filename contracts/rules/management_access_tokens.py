"""Management APIs / User administration and authentication: personal access tokens.

The reference breaks off before this chapter; its statements are those of its introduction and of
Mender's OpenAPI files.
"""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_status,
    json_of,
)
from otakit.contracts.failures import Failure
from otakit.contracts.json_web_token import claims_of
from otakit.contracts.ledger import ACCESS_TOKEN
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_users import ME, SECTION, TOKENS, expect_lasting

LIST = f"{SECTION} / List User Personal Access Tokens"
CREATE = f"{SECTION} / Create Personal Access Token"
REQUEST = f"{SECTION} / Schemas / PersonalAccessTokenRequest"
SHOWN = f"{SECTION} / Schemas / PersonalAccessToken"
REVOKE = f"{SECTION} / Revoke Personal Access Token"

PATH = "v1/useradm/settings/tokens"
YEAR = 31_536_000
MOST_TRIED = 50
"""How many tokens are made to find the most that a user may have."""


@rule(
    "MEN-MGT-USR-020",
    "A personal access token opens the management APIs",
    document=TOKENS,
    operations=["createAccessToken", "getMyUser"],
    severity="critical",
)
def access_token_opens_the_apis(backend: Backend) -> None:
    """Create a token, and use it."""
    _, answer = _created(backend)
    me = backend.management.with_token(answer.text.strip()).get(ME)
    expect_status(me, 200, because="a personal access token opens the management APIs")


@rule(
    "MEN-MGT-USR-021",
    "A personal access token ends after expires_in seconds",
    document=REQUEST,
    operations=["createAccessToken"],
)
def access_token_ends(backend: Backend) -> None:
    """Create a token for a day, and look at its end."""
    day = 24 * 3600
    _, answer = _created(backend, expires_in=day)
    expect_lasting(answer, claims_of(answer), day)


@rule(
    "MEN-MGT-USR-022",
    "A personal access token without expires_in, or with 0, never ends",
    document=REQUEST,
    operations=["createAccessToken"],
)
def access_token_lasts(backend: Backend) -> None:
    """Create a token of either kind, and look for its end."""
    for more in ({}, {"expires_in": 0}):
        _, answer = _created(backend, **more)
        expect_equal(answer, claims_of(answer).get("exp"), None, "the token's end, its claim 'exp'")


@rule(
    "MEN-MGT-USR-023",
    "A personal access token that has ended is refused",
    document=REQUEST,
    operations=["createAccessToken", "getMyUser"],
    severity="critical",
    effort="default",
)
def ended_access_token_is_refused(backend: Backend) -> None:
    """Create a token for a second, and use it until it is refused."""
    _, answer = _created(backend, expires_in=1)
    user = backend.management.with_token(answer.text.strip())
    refused = "a personal access token that has ended is refused"
    for _ in range(3):  # the patience is for what should have happened: first a second must go by
        try:
            backend.eventually(lambda: expect_error(user.get(ME), 401, because=refused))
        except Failure as failure:
            last = failure
        else:
            return
    raise last


@rule(
    "MEN-MGT-USR-024",
    "A user's personal access tokens are listed with id, name, creation and end",
    document=LIST,
    operations=["listAccessTokens", "createAccessToken"],
)
def access_tokens_are_listed(backend: Backend) -> None:
    """Create a token for a day, and look for it."""
    name, answer = _created(backend, expires_in=24 * 3600)
    listed = _listed(backend, name)
    for field in ("id", "created_ts", "expiration_date"):
        expect(
            listed.get(field),
            f"the listed token has '{field}'",
            expected=f"a field '{field}'",
            actual=listed,
            answer=answer,
        )


@rule(
    "MEN-MGT-USR-025",
    "A personal access token tells when it was last used",
    document=SHOWN,
    operations=["listAccessTokens", "createAccessToken"],
    severity="minor",
)
def use_of_access_token_is_told(backend: Backend) -> None:
    """Use a token, and look for it."""
    name, answer = _created(backend)
    with backend.building("a use of the token"):
        expect_status(backend.management.with_token(answer.text.strip()).get(ME), 200)

    def look() -> None:
        listed = _listed(backend, name)
        expect(
            listed.get("last_used"),
            "the token's last use",
            expected="a date in 'last_used'",
            actual=listed,
            answer=backend.exchanges[-1],
        )

    backend.eventually(look)


@rule(
    "MEN-MGT-USR-026",
    "A second personal access token of the same name is answered 409",
    document=CREATE,
    operations=["createAccessToken"],
)
def access_tokens_name_is_unique(backend: Backend) -> None:
    """Create two tokens of one name."""
    name, _ = _created(backend)
    expect_error(_create(backend, name=name), 409)


@rule(
    "MEN-MGT-USR-027",
    "A personal access token without a name, or for more than a year, is answered 400",
    document=CREATE,
    operations=["createAccessToken"],
)
def odd_access_token_is_refused(backend: Backend) -> None:
    """Ask for two tokens that cannot be."""
    expect_error(_create(backend, expires_in=60), 400)
    expect_error(_create(backend, name=backend.name("token"), expires_in=YEAR + 1), 400)


@rule(
    "MEN-MGT-USR-028",
    "A revoked personal access token is listed no more, and refused",
    document=REVOKE,
    operations=["deleteAccessToken", "createAccessToken", "listAccessTokens", "getMyUser"],
    severity="critical",
)
def revoked_access_token_is_refused(backend: Backend) -> None:
    """Revoke a token, look for it, and go on with it."""
    name, answer = _created(backend)
    token_id = str(_listed(backend, name)["id"])
    user = backend.management.with_token(answer.text.strip())
    expect_status(backend.management.delete(f"{PATH}/{in_path(token_id)}"), 204)
    expect_equal(None, _listed(backend, name), {}, "the revoked token in the list")
    refused = "a revoked personal access token is refused"
    backend.eventually(lambda: expect_error(user.get(ME), 401, because=refused))


@rule(
    "MEN-MGT-USR-029",
    "A personal access token beyond the most that a user may have is answered 422",
    document=CREATE,
    operations=["createAccessToken"],
    severity="minor",
    effort="thorough",
)
def access_tokens_are_limited(backend: Backend) -> None:
    """Create tokens until one is refused."""
    answers = (_create(backend, name=backend.name("token")) for _ in range(MOST_TRIED))
    for answer in answers:
        if answer.status != 200:  # noqa: PLR2004
            expect_error(answer, 422)
            return
    message = f"a user may have more than {MOST_TRIED} tokens, which are enough to try"
    raise NotApplicable(message)


def _create(backend: Backend, **body: Any) -> Exchange:
    """Ask for a token; what comes of it is revoked later."""
    answer = backend.management.post(PATH, json=body)
    if answer.status == 200:  # noqa: PLR2004
        token_id = _listed(backend, str(body.get("name"))).get("id")
        backend.ledger.made(ACCESS_TOKEN, str(token_id))
    return answer


def _created(backend: Backend, **more: Any) -> tuple[str, Exchange]:
    """Return a new token's name, and the answer with its text; raises NotReached."""
    name = backend.name("token")
    with backend.building("a personal access token"):
        return name, expect_status(_create(backend, name=name, **more), 200)


def _listed(backend: Backend, name: str) -> dict[str, Any]:
    """Return the token of a name as it is listed; empty if it is not."""
    answer = expect_status(backend.management.get(PATH), 200)
    return next((dict(t) for t in json_of(answer) if t.get("name") == name), {})
