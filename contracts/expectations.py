"""What rules say of answers: small functions that hold, or raise a Failure a reader understands.

Each has the answer it looks at first, so that the failure can show how to repeat it.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure


def expect(
    holds: object, title: str, *, expected: str, actual: object, answer: Exchange | None = None
) -> None:
    """Fail unless something holds; the more special functions below have better texts."""
    if not holds:
        shown = actual if isinstance(actual, str) else shown_value(actual)
        raise Failure(title=title, expected=expected, actual=shown, exchange=answer)


def expect_status(answer: Exchange, *statuses: int, because: str = "") -> Exchange:
    """Fail unless the answer has one of these status codes; `because` names what was asked."""
    if answer.status not in statuses:
        raise Failure(
            title=because or f"{answer.name} is answered {' or '.join(map(str, statuses))}",
            expected=" or ".join(map(_status, statuses)),
            actual=answer.answer(),
            exchange=answer,
        )
    return answer


def expect_success(answer: Exchange, because: str = "") -> Exchange:
    """Fail unless the answer has a status of 200 to 299."""
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise Failure(
            title=because or f"{answer.name} succeeds",
            expected="a status from 200 to 299",
            actual=answer.answer(),
            exchange=answer,
        )
    return answer


def json_of(answer: Exchange) -> Any:
    """Return the body, read as JSON; fail where it is none."""
    try:
        return answer.json()
    except ValueError:
        what = ", which is no JSON" if answer.content else " without a body"
        raise Failure(
            title=f"{answer.name} is answered in JSON",
            expected=f"{answer.status} with a body in JSON",
            actual=f"{answer.answer()}{what}",
            exchange=answer,
        ) from None


def expect_field(answer: Exchange, name: str, value: Any, because: str = "") -> Any:
    """Fail unless a field of the body has a value; `a.0.b` goes below lists and objects."""
    found = field_of(answer, name)
    expect_equal(answer, found, value, because or f"'{name}' of {answer.name}")
    return found


def field_of(answer: Exchange, name: str) -> Any:
    """Return a field of the body, `a.0.b` below lists and objects; fail where there is none."""
    found = json_of(answer)
    for part in name.split("."):
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Failure(
                title=f"{answer.name} has '{name}'",
                expected=f"a field '{name}'",
                actual=answer.answer(),
                exchange=answer,
            ) from None
    return found


def expect_equal(answer: Exchange | None, found: Any, value: Any, title: str) -> None:
    """Fail unless something is equal to what it should be; `title` names it."""
    expect(
        found == value, title, expected=shown_value(value), actual=shown_value(found), answer=answer
    )


def expect_contains(answer: Exchange | None, found: Iterable[Any], value: Any, title: str) -> None:
    """Fail unless a value is among others."""
    values = list(found)
    expect(
        value in values,
        title,
        expected=f"{shown_value(value)} among them",
        actual=shown_value(values),
        answer=answer,
    )


def expect_lacks(answer: Exchange | None, found: Iterable[Any], value: Any, title: str) -> None:
    """Fail if a value is among others."""
    values = list(found)
    expect(
        value not in values,
        title,
        expected=f"no {shown_value(value)} among them",
        actual=shown_value(values),
        answer=answer,
    )


def expect_header(answer: Exchange, name: str) -> str:
    """Return a header of the answer; fail where it is missing or empty."""
    value = str(answer.headers.get(name, ""))
    expect(
        value,
        f"{answer.name} is answered with the header {name}",
        expected=f"a header {name}",
        actual=f"{answer.status} with the headers {', '.join(sorted(answer.headers))}",
        answer=answer,
    )
    return value


def expect_error(answer: Exchange, *statuses: int, because: str = "") -> Exchange:
    """Fail unless an error is answered with one of these codes and says in words what is wrong."""
    expect_status(answer, *statuses, because=because)
    text = field_of(answer, "error")
    expect(
        isinstance(text, str) and text,
        f"the error of {answer.name} says what is wrong",
        expected="a text in 'error'",
        actual=answer.answer(),
        answer=answer,
    )
    return answer


def shown_value(value: Any) -> str:
    """Show a value as JSON, or the beginning of it."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]}… ({len(text)} characters)"  # noqa: PLR2004


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
