"""Make notebooks/exercises from notebooks/solutions, with nbgrader's own preprocessor for the solution marks.

The cells of the solutions get the metadata by which nbgrader knows answers and checks. In the exercises, what stands
between `### BEGIN SOLUTION` and `### END SOLUTION` becomes a stub, and all outputs go.
"""

from __future__ import annotations

import ast

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from tools.notebooks import NOTEBOOKS, read, solutions, write

SOLUTION = "### BEGIN SOLUTION"
CHECK = "check-"  # how the ids of the check cells begin
STUB = 'raise NotImplementedError("Write your answer here, then run the check below")'
CLEARING = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})


def main() -> None:
    for path in solutions():
        solution = with_grading(read(path))
        write(solution, path)
        write(without_solutions(solution), NOTEBOOKS / "exercises" / path.name)


def with_grading(notebook: NotebookNode) -> NotebookNode:
    """Return the solution notebook with nbgrader's metadata in its cells.

    A check is worth one point. Checks, and cells that define what a check may use, are read-only: nbgrader restores
    them before it grades. Cells that only show a value stay free for the learner to try things.
    """
    for cell in notebook.cells:
        is_answer, is_check = SOLUTION in cell.source, cell.id.startswith(CHECK)
        is_read_only = not is_answer and (is_check or defines_something(cell))
        cell.metadata.pop("nbgrader", None)
        if is_answer or is_read_only:
            cell.metadata["nbgrader"] = {
                "schema_version": 3,
                "grade_id": cell.id,
                "solution": is_answer,
                "grade": is_check,
                "locked": is_read_only,
                "task": False,
                **({"points": 1} if is_check else {}),
            }
    return notebook


def defines_something(cell: NotebookNode) -> bool:
    """Whether the cell holds more than expressions, such as an import, an assignment or a function."""
    if cell.cell_type != "code":
        return False
    code = ast.parse(TransformerManager().transform_cell(cell.source))
    return not all(isinstance(statement, ast.Expr) for statement in code.body)


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return the exercise that belongs to a solution notebook. Raise RuntimeError where `with_grading` was not used."""
    cleared: NotebookNode = ClearSolutions(config=CLEARING).preprocess(notebook, {})[0]
    for cell in cleared.cells:
        cell.source = for_learners(cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return cleared


def for_learners(source: str) -> str:
    """Return the text of a solution notebook's cell with the exercise's title and badges."""
    return source.replace("Solutions:", "Exercises:").replace("notebooks/solutions/", "notebooks/exercises/")


if __name__ == "__main__":
    main()
