"""What can go wrong between a client and the control API."""


class ControlError(Exception):
    """The control API refused: with which status, in which words, at which request."""

    def __init__(self, status: int, message: str, request_id: str = "") -> None:
        """Take what the answer says; `request_id` is empty where it names none."""
        super().__init__(status, message, request_id)
        self.status = status
        self.message = message
        self.request_id = request_id

    def __str__(self) -> str:
        """Say it in a line."""
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.status}: {self.message}{request}"


class Unreachable(Exception):
    """No server answers at that address."""

    def __init__(self, url: str, reason: str) -> None:
        """Name the address, and what was the matter there."""
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        """Say it in a line."""
        return f"no otakit server answers at {self.url}: {self.reason}"
