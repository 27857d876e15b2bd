import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import installation, steps


@pytest.mark.parametrize("version", ["v20.0.0", "v20.20.2", "v24.1.0", "v100.0.0"])
def test_node_from_twenty_on_is_used_as_it_is(version: str) -> None:
    assert installation.node_is_usable(version, has_npm="/usr/bin/npm")


@pytest.mark.parametrize("version", ["", "v18.19.0", "v8.0.0", "not a version"])
def test_an_old_or_absent_node_is_not_used(version: str) -> None:
    assert not installation.node_is_usable(version, has_npm="/usr/bin/npm")


def test_a_node_without_npm_is_not_used() -> None:
    assert not installation.node_is_usable("v24.1.0", has_npm=None)


def test_a_result_is_current_until_what_it_was_made_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    source = tmp_path / "src" / "page.ts"
    source.parent.mkdir()
    source.write_text("one")
    stamp = tmp_path / "stamp"
    stamp.write_text(installation.digest([source.parent]))

    os.utime(source, (0, 0))
    after_touch = installation.is_current(stamp, installation.digest([source.parent]))
    source.write_text("two")
    after_edit = installation.is_current(stamp, installation.digest([source.parent]))

    assert (after_touch, after_edit) == (True, False)


def test_a_renamed_file_counts_as_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("one")
    before = installation.digest([lock])

    assert installation.digest([lock.rename(tmp_path / "other.txt")]) != before


def test_nothing_is_current_before_it_was_ever_made(tmp_path: Path) -> None:
    assert not installation.is_current(tmp_path / "stamp", installation.digest([]))


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 8, 18, 'final', 0); "
    pretend += "runpy.run_module('scripts.setup', run_name='__main__')"

    answer = subprocess.run(
        [sys.executable, "-c", pretend],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(steps.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        f"Python 3.11 or newer is needed, and {sys.executable} is 3.8. "
        "Name a newer one: make PYTHON=python3.12 setup\n"
    )


def test_the_file_that_refuses_old_pythons_can_be_read_by_them() -> None:
    for name in ("__init__.py", "setup.py"):
        ast.parse((steps.ROOT / "scripts" / name).read_text(), feature_version=(3, 4))


def test_a_failed_step_shows_the_last_lines_of_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    babble = "for line in range(100): print('line', line)\nraise SystemExit(3)"

    with pytest.raises(steps.StepFailed) as failure, steps.step("Something"):
        steps.run([sys.executable, "-c", babble])

    assert capsys.readouterr().out == "Something … failed\n"
    lines = str(failure.value).splitlines()
    assert lines[-steps.LAST_LINES :] == [f"line {n}" for n in range(75, 100)]
    assert "ended with code 3" in str(failure.value)


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(steps.StepFailed) as failure:
        steps.run(["no-such-tool-anywhere"])

    assert str(failure.value) == "no-such-tool-anywhere: No such file or directory"
