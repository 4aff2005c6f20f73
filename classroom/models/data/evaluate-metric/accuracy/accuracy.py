"""Accuracy for `evaluate.load("accuracy")`: the share of predictions that equal their reference.

One import a line: the reader in `evaluate` that looks for imports does not understand more.
"""

import datasets
import evaluate
import numpy as np

_DESCRIPTION = "Share (or number) of predictions that equal their reference label."

_KWARGS_DESCRIPTION = """
Args:
    predictions (`list` of `int`): predicted labels; rows of 0s and 1s in the configuration "multilabel".
    references (`list` of `int`): true labels, as many.
    normalize (`bool`): True (default) gives the share of right predictions, False their number.
    sample_weight (`list` of `float`): weight of each example; all count the same by default.

Returns:
    accuracy (`float`): between 0 and 1, or with `normalize=False` between 0 and the sum of the weights.

Example:
    >>> metric = evaluate.load("accuracy")
    >>> metric.compute(predictions=[0, 1, 2, 2], references=[0, 1, 1, 2])
    {'accuracy': 0.75}
"""

_CITATION = ""


@evaluate.utils.file_utils.add_start_docstrings(_DESCRIPTION, _KWARGS_DESCRIPTION)
class Accuracy(evaluate.Metric):
    """With the configuration "multilabel" an example is right when all of its labels are."""

    def _info(self):
        label = datasets.Value("int32")
        if self.config_name == "multilabel":
            label = datasets.Sequence(label)
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_KWARGS_DESCRIPTION,
            features=datasets.Features({"predictions": label, "references": label}),
            reference_urls=["https://scikit-learn.org/stable/modules/generated/sklearn.metrics.accuracy_score.html"],
        )

    def _compute(self, predictions, references, normalize=True, sample_weight=None):
        right = np.asarray(predictions) == np.asarray(references)
        if right.ndim == 2:
            right = right.all(axis=1)
        if normalize:
            return {"accuracy": float(np.average(right, weights=sample_weight))}
        weights = np.ones(len(right)) if sample_weight is None else np.asarray(sample_weight)
        return {"accuracy": float(right @ weights)}
