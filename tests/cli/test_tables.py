"""Tables of plain text."""

import pytest

from sonant.cli.tables import print_table


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["id", "name"], [["a", "a long name"], ["abcdef", ""]])
    assert capsys.readouterr().out == "id      name\na       a long name\nabcdef\n"
