from __future__ import annotations

from pathlib import Path

import pytest

from skylift.project.config.convert import Unfit, converted
from skylift.project.config.job_checks import check_job
from skylift.project.config.keys import Values
from skylift.values.settings import JobSettings, RetrySettings


def test_exit_codes_are_integers() -> None:
    codes = Values(kind="integer")
    assert converted(codes, [75, 137]) == (75, 137)
    for wrong in (75, ["75"], [True], "75"):
        with pytest.raises(Unfit, match="list of integers"):
            converted(codes, wrong)


@pytest.mark.parametrize("most", [-1, 101])
def test_the_count_has_a_limit(most: int) -> None:
    job = JobSettings(command=("true",), retry=RetrySettings(most))
    issues = list(check_job(job, Path(), ".".join))
    assert [(issue.where, issue.what) for issue in issues] == [("retry.max", f"wants 0 to 100, not {most}")]
