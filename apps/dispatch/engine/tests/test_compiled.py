"""Machine code on disk belongs to one version of all the sources; without a compiler plans are matched."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from apps.dispatch.engine import compiled, plan, warm
from apps.dispatch.engine.compiled import code_folder
from apps.dispatch.engine.tests.random_snapshots import a_snapshot
from apps.dispatch.engine.tick import stage

TICK = Path(stage.__file__).parent
CITY = a_snapshot(12, routes_rounds=6)


def test_a_change_in_any_source_leads_to_another_folder(tmp_path):
    sources = shutil.copytree(TICK, tmp_path / "tick")
    before = code_folder(sources)
    assert code_folder(sources) == before
    for source in sorted(sources.glob("*.py")):
        text = source.read_text()
        source.write_text(text + "# changed\n")
        assert code_folder(sources) != before, source.name
        source.write_text(text)
    assert code_folder(sources) == before


def test_the_folder_can_be_put_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert code_folder(TICK).parent == tmp_path


def test_without_the_compiler_the_plan_is_that_of_the_matching(monkeypatch):
    matched = plan(replace(CITY, settings=replace(CITY.settings, routes_rounds=0)))
    monkeypatch.setattr(compiled, "COMPILED", False)
    assert plan(CITY) == matched


def test_the_engine_plans_where_numba_is_not_installed():
    lines = [
        "import sys",
        "sys.modules['numba'] = None",
        "from apps.dispatch.engine import plan, warm",
        "from apps.dispatch.engine.compiled import COMPILED",
        "from apps.dispatch.engine.tests.random_snapshots import a_snapshot",
        "warm()",
        "assert not COMPILED",
        "assert plan(a_snapshot(12, routes_rounds=6)).routes",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, timeout=120)


def test_who_only_knows_the_words_of_the_engine_does_not_load_the_compiler():
    line = "import sys, apps.dispatch.engine; print('numba' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", line], check=True, timeout=120, capture_output=True, text=True)
    assert said.stdout.strip() == "False"


def test_warming_up_needs_no_snapshot_and_changes_nothing():
    before = plan(CITY)
    warm()
    assert plan(CITY) == before
