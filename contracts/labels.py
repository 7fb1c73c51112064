"""Labels: one name for a thing that has one id at the target and another at the oracle."""

from typing import Any


class Labels:
    """The ids of things at one side, by kind and number; `device 0` is a label."""

    def __init__(self) -> None:
        """Begin with none."""
        self._ids: dict[tuple[str, str], str] = {}
        self._labels: dict[str, str] = {}

    def put(self, kind: str, number: object, name: str) -> None:
        """Note the id of a thing; one that was made anew has its latest."""
        self._ids[kind, str(number)] = name
        self._labels[name] = f"{kind} {number}"

    def has(self, kind: str, number: object) -> bool:
        """Say whether a thing has an id."""
        return (kind, str(number)) in self._ids

    def id(self, kind: str, number: object) -> str:
        """Return the id of a thing; raises KeyError where it has none."""
        return self._ids[kind, str(number)]

    def numbers(self, kind: str) -> list[int]:
        """List the numbers of the things of a kind, in the order of their making."""
        return [int(number) for known, number in self._ids if known == kind]

    def labelled(self, value: Any) -> Any:
        """Put labels in place of ids, wherever they stand in a JSON value."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._text(str(key)): self.labelled(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.labelled(item) for item in value]
        return value

    def _text(self, text: str) -> str:
        return self._labels.get(text, text)
