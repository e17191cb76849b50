"""The pictures of ``make bench``: XML, with words, units and lengths that are those of the record."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import pairwise

import pytest

from bench.report import growth, peers, steps
from bench.report.growth import APART, BOTTOM, spread
from bench.report.scales import Linear, Logarithmic
from tests.bench.a_record import PICTURES, RECORD


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (
            lambda: steps.draw(RECORD.nights),
            ["validate", "a working day later", "floor of the first load", "seconds of wall time"],
        ),
        (lambda: peers.draw(RECORD.peers), ["this product", "msgraph-sdk 1.2.3", "33.0 s (30 x)", "seconds"]),
        (lambda: growth.draw(RECORD.sizes), ["CPU seconds", "peak memory, MiB", "people", "10,000", "first load"]),
    ],
    ids=PICTURES,
)
def test_a_picture_is_xml_with_words_and_units_inside_its_frame(draw: Callable[[], str], words: list[str]) -> None:
    picture = ElementTree.fromstring(draw())

    said = "\n".join(picture.itertext())
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert [word for word in words if word not in said] == []
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    for part in picture:
        for name, most in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y1", height), ("y2", height)):
            assert 0 <= float(part.attrib.get(name, 0)) <= most, ElementTree.tostring(part)


def test_bars_are_as_long_as_what_they_show() -> None:
    picture = ElementTree.fromstring(steps.draw(RECORD.nights))
    bars = {}
    for part in picture.iter("{http://www.w3.org/2000/svg}rect"):
        for title in part:
            bars[(title.text or "").partition(":")[0]] = float(part.attrib["width"])

    first, again = (one.costs["load"].wall_s for one in RECORD.nights.nights[:2])
    assert bars["load, first load"] / bars["load, the same again"] == pytest.approx(first / again, rel=0.01)


def test_a_scale_marks_round_values() -> None:
    assert Linear(most=31.7, start=0, end=100).marks() == [0, 10, 20, 30]
    assert Linear(most=0.43, start=0, end=100).marks() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    scale = Logarithmic.around([1000, 10_000, 100_000], start=0, end=100)
    assert scale.marks() == pytest.approx([1000, 10_000, 100_000])
    assert [scale.at(value) for value in (1000, 10_000, 100_000)] == pytest.approx([0, 50, 100])
    assert Logarithmic.around([10.0], start=0, end=100).marks() == pytest.approx([10, 100])


@pytest.mark.parametrize("ends", [[100, 100, 100, 100], [BOTTOM, BOTTOM, BOTTOM - 1], [200, 100, 101, 300, 99]])
def test_names_of_lines_never_lie_on_each_other(ends: list[float]) -> None:
    found = sorted(spread(ends))

    assert all(after - before >= APART - 1e-9 for before, after in pairwise(found))
    assert found[-1] <= BOTTOM
