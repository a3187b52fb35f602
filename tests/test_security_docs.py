"""The table of docs/security-asvs.md names every requirement once, in words of its own, and tests that exist."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \|(.+)\|(.+)\|(.+)\|(.*)\|$", re.MULTILINE)
LAST_OF_SECTION = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
"""Levels 1 and 2 come first in each section of the standard, so the last number says all of them: 253."""
WITHOUT_TEST = "no test:"
"""Begins the reason why no test can show something."""
STATES = {"met", "partly", "no", "n/a"}


def rows() -> list[tuple[str, str, str]]:
    """Number, state and test of each row."""
    text = (ROOT / "docs" / "security-asvs.md").read_text(encoding="utf-8")
    return [(f"{row[1]}.{row[2]}.{row[3]}", row[5].strip(), row[7].strip()) for row in ROW.finditer(text)]


def known_tests() -> set[str]:
    """Names of all test functions."""
    names: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        names |= {name for name in functions if name.startswith("test_")}
    return names


def test_every_requirement_stands_once() -> None:
    expected = {f"{section}.{number}" for section, last in LAST_OF_SECTION.items() for number in range(1, last + 1)}
    assert len(expected) == 253
    counted = Counter(number for number, _, _ in rows())
    assert counted.keys() == expected
    assert [number for number, times in counted.items() if times > 1] == []


def test_states_are_plain_and_tests_exist() -> None:
    known = known_tests()
    for number, state, shown in rows():
        assert state in STATES, number
        assert state != "n/a" or not shown, f"{number}: nothing to show"
        if not shown.startswith(WITHOUT_TEST):
            missing = [name for name in shown.split(", ") if shown and name not in known]
            assert not missing, f"{number}: there is no {missing}"


def test_what_is_met_is_shown_by_a_test_or_says_why_none_can() -> None:
    for number, state, shown in rows():
        if state == "met":
            assert shown, f"{number}: name the test that shows it"
            reason = shown.removeprefix(WITHOUT_TEST).strip() if shown.startswith(WITHOUT_TEST) else shown
            assert len(reason) > len("no reason"), number


def test_the_files_that_it_names_exist() -> None:
    text = (ROOT / "docs" / "security-asvs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:app|docs|tests|web|scripts)/[\w./-]*\w", text))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
