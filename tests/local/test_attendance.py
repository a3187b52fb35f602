"""A program beside `scripts/serve` that ends by itself is started again, after pauses that double."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.attendance import LONGEST_PAUSE_S, SOUND_AFTER_S, Attended

PROGRAM = "import pathlib, sys, time; file = pathlib.Path(sys.argv[1]); file.write_text(file.read_text() + 'x'); {}"


def attended(folder: Path, what_then: str) -> Attended:
    (folder / "starts").write_text("")
    command = [sys.executable, "-c", PROGRAM.format(what_then), str(folder / "starts")]
    return Attended("The program", command, folder)


def starts(folder: Path) -> int:
    return len((folder / "starts").read_text())


def has_started(folder: Path, number: int) -> bool:
    deadline = time.monotonic() + 90
    while starts(folder) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    return starts(folder) == number


@pytest.fixture
def ending(tmp_path: Path) -> Iterator[Attended]:
    """A program that ends as soon as it has begun."""
    program = attended(tmp_path, "sys.exit(3)")
    yield program
    program.end()


def look_until_it_ended(program: Attended, now: float, capsys: pytest.CaptureFixture[str]) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        program.look_after(now)
        if said := capsys.readouterr().out:
            return str(said)
        time.sleep(0.01)
    return pytest.fail("it did not end")


def test_it_is_started_again_after_pauses_that_double(
    ending: Attended, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    for number, pause in enumerate([1, 2, 4, 8, 16, 32, 60, 60], start=1):
        ending.look_after(now)
        assert has_started(tmp_path, number)
        assert f"code 3): starting it again in {pause} s" in look_until_it_ended(ending, now, capsys)
        ending.look_after(now + pause - 0.1)
        assert starts(tmp_path) == number, "it waits"
        now += pause
    assert pause == LONGEST_PAUSE_S


def test_a_program_that_was_well_for_a_while_is_started_again_soon(
    ending: Attended, capsys: pytest.CaptureFixture[str]
) -> None:
    for now in (0.0, 10.0, 20.0):
        ending.look_after(now)
        look_until_it_ended(ending, now, capsys)
    ending.look_after(100.0)
    assert "again in 1 s" in look_until_it_ended(ending, 100.0 + SOUND_AFTER_S, capsys)


def test_one_that_runs_is_left_alone_and_stopped_at_the_end(tmp_path: Path) -> None:
    program = attended(tmp_path, "time.sleep(60)")
    for now in (0.0, 1.0, 2.0):
        program.look_after(now)
    assert has_started(tmp_path, 1)
    began = time.monotonic()
    program.end()
    assert time.monotonic() - began < 50
    assert starts(tmp_path) == 1
