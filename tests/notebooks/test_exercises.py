"""An exercise that nobody has solved fails at each of its checks; the solutions pass them in the notebook run."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbclient import NotebookClient

from tools.notebooks import exercises, read

pytestmark = pytest.mark.slow  # runs kernels


@pytest.mark.parametrize("path", exercises(), ids=lambda path: path.name)
def test_every_check_fails_on_the_stub(path: Path) -> None:
    notebook = read(path)
    place = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=300, allow_errors=True, resources=place).execute()
    checks = [cell for cell in notebook.cells if cell.id.startswith("check-")]
    stubs = [cell for cell in notebook.cells if cell.cell_type == "code" and "NotImplementedError" in cell.source]
    assert len(checks) == len(stubs) >= 3
    for cell in checks:
        assert [o.ename for o in cell.outputs if o.output_type == "error"], f"{cell.id} passes on the stub"
