"""A line chart as SVG, on two logarithmic scales, readable on light and on dark pages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 48, 66
LEGEND = 22
"""The height of a line of the legend, which has two columns."""

COLOURS = (
    ("#0b5fb0", "#6db3f2"),
    ("#b3261e", "#ff8a80"),
    ("#1b7f3b", "#7bd88f"),
    ("#8a4b00", "#f5b65c"),
    ("#6f3fb5", "#c3a6ff"),
    ("#00707a", "#5fd6df"),
)
"""Of the lines, on light and on dark pages; each stands out from its background by 4.5 to 1."""

STEPS = [step * 10.0**power for power in range(-3, 7) for step in (1, 2, 5)]
"""Where a scale may begin and end, and has its lines."""

LIGHT = """
  .page { fill: #ffffff } .text { fill: #1f2328 }
  .grid { stroke: #d0d7de } .goal { stroke: #59636e }
"""
DARK = """
  .page { fill: #0d1117 } .text { fill: #f0f6fc }
  .grid { stroke: #3d444d } .goal { stroke: #9198a1 }
"""
STYLE = """
  text { font: 13px system-ui, sans-serif } .title { font-weight: 600; font-size: 15px }
  .line { fill: none; stroke-width: 2 } .goal { stroke-dasharray: 6 4 }
"""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is shown: lines of points with a name each, and one level that they should keep to."""

    title: str
    across: str
    up: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    goal: float
    goal_name: str

    def svg(self) -> str:
        """Draw it."""
        return "\n".join(self._draw()) + "\n"

    def _draw(self) -> Iterator[str]:
        whole = HEIGHT + LEGEND * math.ceil((len(self.lines) + 1) / 2)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole}" role="img"'
            f' aria-label="{escape(self.title)}">'
        )
        dark = f"@media (prefers-color-scheme: dark) {{{DARK}{_colours(1)}}}"
        yield f"<style>{STYLE}{LIGHT}{_colours(0)} {dark}</style>"
        yield f'<rect class="page" width="{WIDTH}" height="{whole}"/>'
        yield _text(LEFT, 26, self.title, "start", "text title")
        yield from self._axes()
        for number, points in enumerate(self.lines.values()):
            yield from self._line(number, points)
        yield from self._legend()
        yield "</svg>"

    def _axes(self) -> Iterator[str]:
        """Draw grid, numbers and the names of both axes, and the goal."""
        bottom = HEIGHT - BOTTOM
        for value in _ticks(*self._range(0)):
            x = self._x(value)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>'
            yield _text(x, bottom + 20, f"{value:,.0f}")
        for value in _ticks(*self._range(1)):
            y = self._y(value)
            yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield _text(LEFT - 8, y + 4, f"{value:,g}", "end")
        yield _text((LEFT + WIDTH - RIGHT) / 2, bottom + 42, self.across)
        middle = (TOP + bottom) / 2
        yield f'<g transform="rotate(-90 20 {middle:.0f})">{_text(20, middle, self.up)}</g>'
        y = self._y(self.goal)
        yield f'<line class="goal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'

    def _line(self, number: int, points: Sequence[tuple[float, float]]) -> Iterator[str]:
        places = [(self._x(x), self._y(y)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline class="line s{number}" points="{path}"/>'
        yield from (_mark(number, x, y) for x, y in places)

    def _legend(self) -> Iterator[str]:
        for number, name in enumerate([*self.lines, self.goal_name]):
            x = LEFT + (number % 2) * (WIDTH - LEFT) / 2
            y = HEIGHT + LEGEND * (number // 2)
            style = f"line s{number}" if number < len(self.lines) else "goal"
            yield f'<line class="{style}" x1="{x}" x2="{x + 30}" y1="{y - 4}" y2="{y - 4}"/>'
            if number < len(self.lines):
                yield _mark(number, x + 15, y - 4)
            yield _text(x + 38, y, name, "start")

    def _range(self, axis: int) -> tuple[float, float]:
        """Return the ends of an axis: whole steps that hold all points, and the goal."""
        values = [point[axis] for points in self.lines.values() for point in points]
        if axis == 0:
            return min(values), max(values)
        lowest, highest = min(values), max(*values, self.goal * 2)
        low = max(step for step in STEPS if step < lowest)
        return low, min(step for step in STEPS if step > highest)

    def _x(self, value: float) -> float:
        low, high = self._range(0)
        return LEFT + _share(value, low, high) * (WIDTH - RIGHT - LEFT)

    def _y(self, value: float) -> float:
        low, high = self._range(1)
        return HEIGHT - BOTTOM - _share(value, low, high) * (HEIGHT - BOTTOM - TOP)


def _share(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


def _ticks(low: float, high: float) -> list[float]:
    """Return where the grid's lines are: each step, or the powers of ten where those are many."""
    found = [step for step in STEPS if low * 0.999 <= step <= high * 1.001]
    return found if len(found) <= 12 else [step for step in found if math.log10(step) % 1 == 0]


def _mark(number: int, x: float, y: float) -> str:
    """Draw a point; its shape tells the lines apart where colours do not."""
    corners = {0: 16, 1: 4, 2: 3, 3: 5, 4: 6, 5: 8}[number % 6]
    angles = (2 * math.pi * corner / corners - math.pi / 2 for corner in range(corners))
    path = " ".join(f"{x + 5 * math.cos(a):.1f},{y + 5 * math.sin(a):.1f}" for a in angles)
    return f'<polygon class="m{number}" points="{path}"/>'


def _text(x: float, y: float, text: str, anchor: str = "middle", style: str = "text") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{style}" {place}>{escape(text)}</text>'


def _colours(page: int) -> str:
    return " ".join(
        f".s{number} {{ stroke: {pair[page]} }} .m{number} {{ fill: {pair[page]} }}"
        for number, pair in enumerate(COLOURS)
    )
