"""docs/reference/extras.md says what pyproject.toml does; its figures were measured once."""

from ota_support.extras import PAGE, PLAIN, USED_BY, page, read, wanted


def test_page_is_not_stale() -> None:
    """Anew with `PYTHONPATH=tests/support python -m ota_support.extras`, which measures."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(*read(text)) == text


def test_page_has_each_extra() -> None:
    """Each is there once, and brings more than what is always there."""
    measured, _ = read(PAGE.read_text(encoding="utf-8"))
    assert [m.extra for m in measured] == list(USED_BY) == list(wanted())
    (plain,) = [m for m in measured if m.extra == PLAIN]
    assert all(m.packages > plain.packages for m in measured if m is not plain)
