"""Whatever users and devices do, in any order, the World stays sound and offers what it should."""

from hypothesis import settings

from ota_models.life import Life
from ota_support.depth import examples

TestLife = Life.TestCase
TestLife.settings = settings(
    derandomize=True, deadline=None, max_examples=examples(80), stateful_step_count=40
)
