import re
import subprocess

from scripts.steps import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def test_help_lists_every_target() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)

    answer = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    listed = re.findall(r"^  make ([a-z]+)  +\S", answer.stdout, re.MULTILINE)
    assert listed == targets


def test_every_target_runs_even_where_a_file_has_its_name() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)

    assert sorted(phony[0].split()) == sorted(targets)


def test_continuous_integration_runs_what_everybody_runs() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"


def test_a_missing_python_is_one_line() -> None:
    answer = subprocess.run(
        ["make", "--no-print-directory", "setup", "PYTHON=no-such-python"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout == "Python 3.11 or newer is needed; there is no no-such-python.\n"
    assert answer.returncode != 0
