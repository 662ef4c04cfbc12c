"""Which programs can only be one of several processes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from skylift.project.init.evidence.ranks import demands_rank

_RANK = "os.environ['LOCAL_RANK']"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (f"rank = int({_RANK})", 1),
        (f"def setup():\n    {_RANK}\ndef main():\n    setup()\nif __name__ == '__main__':\n    main()", 2),
        (f"class T:\n    def __init__(self):\n        {_RANK}\nT()", 3),
        (f"class T:\n    def fit(self):\n        {_RANK}\nt = T()\nt.fit()", 3),
        (f"def main(lr):\n    {_RANK}\nfire.Fire(main)", 2),
        (f"with open('x') as f:\n    {_RANK}", 2),
        ("dist.init_process_group('nccl')", 1),
        ("init_process_group(backend='gloo', timeout=3)", 1),
        ("int(os.getenv('RANK'))", 1),
        ("int(os.environ.get('WORLD_SIZE'))", 1),
        (f"x = 1 if {_RANK} == '0' else 2", 1),
    ],
)
def test_a_rank_that_is_read_on_every_way_is_demanded(code: str, line: int) -> None:
    assert demands_rank([(Path("a.py"), ast.parse(code))]) == (Path("a.py"), line)


@pytest.mark.parametrize(
    "code",
    [
        f"if distributed:\n    {_RANK}",
        f"rank = {_RANK} if 'LOCAL_RANK' in os.environ else 0",
        f"ok = distributed and {_RANK}",
        f"try:\n    {_RANK}\nexcept KeyError:\n    pass",
        f"def setup():\n    {_RANK}\ndef main():\n    if ddp:\n        setup()\nmain()",
        f"def unused():\n    {_RANK}",
        f"def main():\n    if alone:\n        return\n    {_RANK}\nmain()",
        "os.environ['RANK'] = '0'",
        f"os.environ.setdefault('LOCAL_RANK', '0')\n{_RANK}",
        "int(os.environ.get('LOCAL_RANK', 0))",
        "os.environ.get('RANK')",
        "dist.init_process_group('nccl', rank=r, world_size=n)",
        "dist.init_process_group('nccl', 'tcp://localhost:1')",
        "os.environ['MASTER_ADDR'] = 'localhost'\ndist.init_process_group('nccl')",
        "os.environ['HOME']",
        f"f = lambda: {_RANK}",
        "def a(): b()\ndef b(): a()\na()",
    ],
)
def test_a_way_around_it_is_enough(code: str) -> None:
    assert demands_rank([(Path("a.py"), ast.parse(code))]) is None


def test_it_is_found_in_what_the_program_imports() -> None:
    entry = ast.parse("from trainer import Trainer\nTrainer(3).fit()")
    trainer = ast.parse(f"class Trainer:\n    def __init__(self, n):\n        self.rank = int({_RANK})")
    assert demands_rank([(Path("main.py"), entry), (Path("trainer.py"), trainer)]) == (Path("trainer.py"), 3)
