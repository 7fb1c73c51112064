"""What goes wrong on purpose in one universe."""

from starlette.types import Send

from otakit.mockserver.exchange import Exchange


class Faults:
    """The faults of one universe."""

    def __bool__(self) -> bool:
        """Say whether there are any: without them no request is looked at."""
        return False

    async def meet(self, exchange: Exchange, send: Send) -> Send:
        """Let a request meet its fault; return what its answer is to be sent with."""
        del exchange
        return send

    def clear(self) -> None:
        """Drop all."""
