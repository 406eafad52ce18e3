"""docs/accessibility.yaml is a complete OpenACR report, and the tests that it names exist."""

import ast
import re
from pathlib import Path

import pytest

from tools.conformance import CHAPTERS, TARGET, WORDS, report, written

ROOT = Path(__file__).parents[2]
REPORT = report()
# https://www.w3.org/TR/WCAG22/: the last numbers of each guideline's criteria, by level. The form
# lists 4.1.1 too, which WCAG 2.2 has removed.
LEVELS = {
    "success_criteria_level_a": {
        **{"1.1": [1], "1.2": [1, 2, 3], "1.3": [1, 2, 3], "1.4": [1, 2]},
        **{"2.1": [1, 2, 4], "2.2": [1, 2], "2.3": [1], "2.4": [1, 2, 3, 4], "2.5": [1, 2, 3, 4]},
        **{"3.1": [1], "3.2": [1, 2, 6], "3.3": [1, 2, 7], "4.1": [1, 2]},
    },
    "success_criteria_level_aa": {
        **{"1.2": [4, 5], "1.3": [4, 5], "1.4": [3, 4, 5, 10, 11, 12, 13]},
        **{"2.4": [5, 6, 7, 11], "2.5": [7, 8]},
        **{"3.1": [2], "3.2": [3, 4], "3.3": [3, 4, 8], "4.1": [3]},
    },
}


def adherences() -> dict[str, dict[str, str]]:
    return {
        criterion["num"]: criterion["components"][0]["adherence"]
        for chapter in CHAPTERS
        for criterion in REPORT["chapters"][chapter]["criteria"]
    }


@pytest.mark.parametrize("chapter", LEVELS)
def test_every_criterion_stands_once_with_a_level_and_remarks(chapter: str) -> None:
    criteria = REPORT["chapters"][chapter]["criteria"]
    wanted = [f"{group}.{last}" for group, all_of in LEVELS[chapter].items() for last in all_of]
    assert [one["num"] for one in criteria] == wanted
    for one in criteria:
        (component,) = one["components"]
        assert component["name"] == "web"
        assert component["adherence"]["level"] in WORDS and component["adherence"]["notes"]


def test_what_is_met_in_part_says_what_is_not_met_and_stands_in_short() -> None:
    page = TARGET.read_text(encoding="utf-8")
    short = page[page.index("## In short") : page.index("## The oldest browsers")]
    partly = {num for num, one in adherences().items() if one["level"].startswith("partially")}
    assert set(re.findall(r"\d\.\d\.\d+", short)) == partly
    assert {num for num, one in adherences().items() if "Not met:" in one["notes"]} == partly


def test_the_tests_that_are_named_exist() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.glob("tests/**/*.py"))
    exist = {
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }
    named = {
        name for one in adherences().values() for name in re.findall(r"test_\w+", one["notes"])
    }
    assert len(named) > 20 and named <= exist


def test_the_page_is_written_from_the_report() -> None:
    page = TARGET.read_text(encoding="utf-8")
    assert written(page, REPORT) == page, "run: make conformance"
