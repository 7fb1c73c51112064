"""The same for `unittest`: a mixin that gives each test a universe."""

import functools
import unittest
from typing import Any, ClassVar

from otakit.mockserver.testing.mender import Connect, Mender
from otakit.mockserver.testing.servers import note, shared_server

__all__ = ["OtaTestCase"]


class OtaTestCase(unittest.TestCase):
    """A test case whose tests have a universe each, as `self.mender` and `self.connect`.

    `ota_server` has the options of `otakit serve`, `ota_universe` those of `universe()`: scenario,
    clock and plan. The server is shared by all classes that want the same, and ends with the
    process. A test that fails has clock, faults and journal of its universe as a note.

    ```python
    class Checkout(OtaTestCase):
        ota_universe = {"scenario": "small-fleet", "clock": "frozen"}

        def test_devices_are_listed(self):
            answer = self.mender.management.get("v2/devauth/devices")
            self.assertEqual(answer.status_code, 200)
    ```
    """

    ota_server: ClassVar[dict[str, Any]] = {}
    ota_universe: ClassVar[dict[str, Any]] = {}

    mender: Mender

    @property
    def connect(self) -> Connect:
        """The universe as JFrog Connect."""
        return self.mender.connect

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test in a universe of its own.

        It is there before `setUp` and gone after the last clean-up, also where neither calls super.
        """
        test = self.id().rpartition(".")[2]
        skipped = any(
            getattr(part, "__unittest_skip__", False)
            for part in (type(self), getattr(self, test, None))
        )
        if skipped:
            return super().run(result)
        server = shared_server(**self.ota_server)
        with server.universe(self.id(), **self.ota_universe) as self.mender:
            for name in ("setUp", test):
                setattr(self, name, self._noting(getattr(self, name)))
            try:
                return super().run(result)
            finally:
                for name in ("setUp", test):
                    delattr(self, name)

    def _noting(self, method: Any) -> Any:
        """Have a method's exceptions tell what there is to see in the universe."""

        @functools.wraps(method)
        def noting(*args: Any) -> Any:
            try:
                return method(*args)
            except Exception as error:
                if not isinstance(error, unittest.SkipTest):
                    note(error, self.mender)
                raise

        return noting
