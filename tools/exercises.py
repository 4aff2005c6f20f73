"""Make notebooks/exercises from notebooks/solutions, with nbgrader's own preprocessor for the solution marks.

What stands between `### BEGIN SOLUTION` and `### END SOLUTION` becomes a stub, and all outputs go.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from tools.notebooks import NOTEBOOKS, read, solutions, write

STUB = 'raise NotImplementedError("Write your answer here, then run the check below")'


def main() -> None:
    for path in solutions():
        write(without_solutions(read(path)), NOTEBOOKS / "exercises" / path.name)


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return the exercise that belongs to a solution notebook."""
    settings = Config({"ClearSolutions": {"code_stub": {"python": STUB}, "enforce_metadata": False}})
    cleared: NotebookNode = ClearSolutions(config=settings).preprocess(notebook, {})[0]
    for cell in cleared.cells:
        cell.source = cell.source.replace("Solutions:", "Exercises:").replace(
            "notebooks/solutions/", "notebooks/exercises/"
        )
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return cleared


if __name__ == "__main__":
    main()
