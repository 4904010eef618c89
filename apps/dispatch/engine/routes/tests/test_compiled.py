"""Machine code on disk belongs to one version of all the sources, not of one file."""

import shutil

from apps.dispatch.engine.routes.compiled import HERE, code_folder


def test_a_change_in_any_source_leads_to_another_folder(tmp_path):
    sources = shutil.copytree(HERE, tmp_path / "routes")
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
    assert code_folder().parent == tmp_path
