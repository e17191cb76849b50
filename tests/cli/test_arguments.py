"""What is typed behind ``entra-sync``: where an option may stand, and which numbers are refused."""

from __future__ import annotations

import pytest

from entra_sync.cli import LARGEST, parser


@pytest.mark.parametrize("action", ["show", "approve", "reject"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_json_may_stand_before_and_behind_the_action(action: str, place: int) -> None:
    words = ["decisions", action, "5"]

    assert parser().parse_args([*words[:place], "--json", *words[place:]]).json is True
    assert parser().parse_args(words).json is False


@pytest.mark.parametrize(
    "words",
    [
        ["history", "--limit"],
        ["preview", "--limit"],
        ["explain", "ann@contoso.com", "--run"],
        ["undo"],
        ["decisions", "show"],
    ],
    ids=" ".join,
)
def test_a_number_is_at_least_1_and_fits_the_database(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser().parse_args([*words, "1"])
    parser().parse_args([*words, str(LARGEST)])

    # Behind an option an argument that begins with a dash is a number; alone it would be an option.
    for number, said in (("0", "at least 1"), (str(LARGEST + 1), f"at most {LARGEST}"), ("9" * 20, "at most")):
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([*words, number])
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
