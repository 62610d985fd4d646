"""An SVG plot of speed and memory by input size, for this converter and its peers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path

from bench.corpus import MB
from bench.measuring import Cost

_COLOURS = {"ours": "#c0392b", "reportlab": "#2c3e50", "fpdf2": "#7f8c8d", "texttopdf": "#2980b9"}
_WIDTH, _HEIGHT = 440, 300  # of a panel
_LEFT, _TOP = 60, 40  # of its axes

Point = tuple[float, float]


def draw(costs: Mapping[tuple[str, str, int], Cost], target: Path) -> None:
    """Write the plot of the ASCII texts."""
    measures: list[tuple[str, Callable[[int, Cost], float]]] = [
        ("MB per CPU second", lambda size, cost: size / MB / cost.cpu),
        ("peak memory, MB", lambda _, cost: cost.memory),
    ]
    size = f"0 0 {2 * _WIDTH + 80} {_HEIGHT + 100}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" style="font: 12px sans-serif">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at, (title, measure) in enumerate(measures):
        curves = {
            name: [
                (size / MB, measure(size, cost))
                for (who, text, size), cost in sorted(costs.items())
                if (who, text) == (name, "ascii")
            ]
            for name in _COLOURS
        }
        panel = _panel(title, {name: points for name, points in curves.items() if points})
        parts += [f'<g transform="translate({at * (_WIDTH + 40)} 0)">', *panel, "</g>"]
    target.write_text("\n".join([*parts, "</svg>", ""]), "utf-8")


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis from 10**low to 10**high, `length` pixels long."""

    low: int
    high: int
    start: float
    length: float

    @classmethod
    def around(cls, values: list[float], start: float, length: float) -> "_Axis":
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(low, max(high, low + 1), start, length)

    def at(self, value: float) -> float:
        return self.start + self.length * (log10(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        return [(self.at(10.0**n), f"{10.0**n:g}") for n in range(self.low, self.high + 1)]


def _panel(title: str, curves: dict[str, list[Point]]) -> list[str]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH - 40
    every = [point for points in curves.values() for point in points]
    across = _Axis.around([x for x, _ in every], _LEFT, right - _LEFT)
    up = _Axis.around([y for _, y in every], bottom, -_HEIGHT)
    parts = [_text(_LEFT, _TOP - 14, title), _text(right, bottom + 40, "input, MB", "end")]
    for x, label in across.ticks():
        parts += [_line(x, _TOP, x, bottom), _text(x, bottom + 18, label, "middle")]
    for y, label in up.ticks():
        parts += [_line(_LEFT, y, right, y), _text(_LEFT - 8, y + 4, label, "end")]
    for row, (name, points) in enumerate(curves.items()):
        colour = _COLOURS[name]
        places = [(across.at(x), up.at(y)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places]
        parts.append(_text(_LEFT + 90 * row, bottom + 58, f"● {name}", colour=colour))
    return parts


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "#333333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
