"""Axes: where a value lies between two edges, and which round values are marked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench import svg
from bench.report.figures import figure


@dataclass(frozen=True, kw_only=True)
class Linear:
    """From 0 at ``start`` to ``most`` at ``end``."""

    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value lies."""
        return self.start + (self.end - self.start) * value / self.most

    def marks(self) -> list[float]:
        """Three to six round values, 0 among them."""
        size = 10.0 ** math.floor(math.log10(self.most / 5))
        step = next(size * factor for factor in (1, 2, 5, 10) if self.most / (size * factor) <= 5.5)
        return [step * place for place in range(int(self.most / step) + 1)]


@dataclass(frozen=True, kw_only=True)
class Logarithmic:
    """From ``least`` at ``start`` to ``most`` at ``end``; both are powers of ten."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def around(cls, values: list[float], *, start: float, end: float) -> Logarithmic:
        """The decades that hold all values."""
        low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
        return cls(least=10.0**low, most=10.0 ** max(high, low + 1), start=start, end=end)

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = math.log10(value / self.least) / math.log10(self.most / self.least)
        return self.start + (self.end - self.start) * share

    def marks(self) -> list[float]:
        """The powers of ten."""
        return [self.least * 10.0**place for place in range(round(math.log10(self.most / self.least)) + 1)]


def label(value: float) -> str:
    """A mark's value, without digits that say nothing."""
    return f"{value:,.0f}" if value == round(value) else figure(value).rstrip("0")


def seconds_below(scale: Linear, top: float, bottom: float, words: str) -> list[str]:
    """A horizontal axis: a faint line up from each mark, its value below, what it measures below that."""
    parts = []
    for mark in scale.marks():
        x = scale.at(mark)
        parts.append(svg.line(x, top, x, bottom, "#e2e2e2"))
        parts.append(svg.text(x, bottom + 16, label(mark), fill=svg.FAINT, anchor="middle"))
    parts.append(svg.text(scale.start, bottom + 34, words, fill=svg.FAINT))
    return parts
