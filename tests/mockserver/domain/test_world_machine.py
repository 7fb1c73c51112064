"""Whatever users and devices do, in any order, the World stays sound and offers what it should."""

from hypothesis import settings

from ota_models.life import Life

TestLife = Life.TestCase
TestLife.settings = settings(
    derandomize=True, deadline=None, max_examples=200, stateful_step_count=40
)
