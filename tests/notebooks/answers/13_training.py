# %% 1 right: one call
from transformers import TrainingArguments

arguments = TrainingArguments(
    output_dir="old", eval_strategy="epoch", use_cpu=True, warmup_steps=0.1, learning_rate=2e-5
)
# %% 1 right: with defaults written out
import transformers

arguments = transformers.TrainingArguments(
    "old",
    eval_strategy="epoch",
    use_cpu=True,
    warmup_steps=0.1,
    learning_rate=0.00002,
    num_train_epochs=3,
    weight_decay=0.0,
)
# %% 1 right: from a dictionary, with the library's enumeration
from transformers import IntervalStrategy, TrainingArguments

settings = {"output_dir": "old", "eval_strategy": IntervalStrategy.EPOCH, "use_cpu": True}
arguments = TrainingArguments(**settings, warmup_steps=1 / 10, learning_rate=2e-5)
# %% 1 wrong: measures by steps | epoch
from transformers import TrainingArguments

arguments = TrainingArguments(
    output_dir="old", eval_strategy="steps", use_cpu=True, warmup_steps=0.1, learning_rate=2e-5
)
# %% 1 wrong: ten steps of warm-up | warmup_steps=0.1
from transformers import TrainingArguments

arguments = TrainingArguments(
    output_dir="old", eval_strategy="epoch", use_cpu=True, warmup_steps=10, learning_rate=2e-5
)
# %% 1 wrong: no_cuda left out | use_cpu
from transformers import TrainingArguments

arguments = TrainingArguments(output_dir="old", eval_strategy="epoch", warmup_steps=0.1, learning_rate=2e-5)
# %% 1 wrong: another folder and nine epochs | output_dir
from transformers import TrainingArguments

arguments = TrainingArguments(
    output_dir="elsewhere",
    eval_strategy="epoch",
    use_cpu=True,
    warmup_steps=0.1,
    learning_rate=2e-5,
    num_train_epochs=9,
)
# %% 1 wrong: the learning rate of the default | learning rate
from transformers import TrainingArguments

arguments = TrainingArguments(output_dir="old", eval_strategy="epoch", use_cpu=True, warmup_steps=0.1)
# %% 1 wrong: no warm-up at all | warmup
from transformers import TrainingArguments

arguments = TrainingArguments(output_dir="old", eval_strategy="epoch", use_cpu=True, learning_rate=2e-5)
# %% 1 wrong: a dictionary | TrainingArguments
arguments = {"output_dir": "old", "eval_strategy": "epoch", "use_cpu": True}
# %% 2 right: numpy
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(-1) - labels)
    return {"accuracy": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 2 right: plain Python
def compute_metrics(prediction):
    logits, labels = prediction
    off = []
    for row, label in zip(logits, labels):
        row = list(row)
        off.append(abs(row.index(max(row)) - int(label)))
    total = len(off)
    return dict(
        accuracy=off.count(0) / total,
        within_one=sum(distance < 2 for distance in off) / total,
        stars_off=sum(off) / total,
    )


# %% 2 right: torch tensors
import numpy as np
import torch


def compute_metrics(prediction):
    logits, labels = prediction
    off = (torch.from_numpy(logits).argmax(dim=1) - torch.from_numpy(labels)).abs().float()
    return {
        "stars_off": off.mean(),
        "within_one": (off <= 1).float().mean(),
        "accuracy": (off == 0).float().mean(),
    }


# %% 2 wrong: exactly one off in place of at most one | right answer
def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(axis=-1) - labels)
    return {"accuracy": np.mean(off == 0), "within_one": np.mean(off == 1), "stars_off": np.mean(off)}


# %% 2 wrong: the mean over the mistakes only | all rows
def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(axis=-1) - labels)
    wrong = max(1, np.sum(off > 0))
    return {"accuracy": np.mean(off == 0), "within_one": np.mean(off <= 1), "stars_off": np.sum(off) / wrong}


# %% 2 wrong: answers minus labels, without abs | sign
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = logits.argmax(-1) - labels
    return {"accuracy": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 2 wrong: labels minus answers, without abs | above
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = labels - logits.argmax(-1)
    return {"accuracy": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 2 wrong: less than one | within one
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(-1) - labels)
    return {"accuracy": (off == 0).mean(), "within_one": (off < 1).mean(), "stars_off": off.mean()}


# %% 2 wrong: argmax over the rows
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax() - labels)
    return {"accuracy": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 2 wrong: squared distance | stars
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = (logits.argmax(-1) - labels) ** 2
    return {"accuracy": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 2 wrong: counts in place of shares
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(-1) - labels)
    return {"accuracy": (off == 0).sum(), "within_one": (off <= 1).sum(), "stars_off": off.sum()}


# %% 2 wrong: hard-coded from the example
def compute_metrics(prediction):
    return {"accuracy": 0.5, "within_one": 0.75, "stars_off": 1.25}


# %% 2 wrong: another name | names
import numpy as np


def compute_metrics(prediction):
    logits, labels = prediction
    off = np.abs(logits.argmax(-1) - labels)
    return {"acc": (off == 0).mean(), "within_one": (off <= 1).mean(), "stars_off": off.mean()}


# %% 3 right: two cases
def rate(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (steps - step) / (steps - warmup)


# %% 3 right: the smaller of two lines
def rate(step, steps, warmup, peak):
    rising = step / warmup if warmup else 1
    return peak * min(rising, (steps - step) / (steps - warmup))


# %% 3 right: interpolation
import numpy as np


def rate(step, steps, warmup, peak):
    if warmup == 0:
        return np.interp(step, [0, steps], [peak, 0])
    return np.interp(step, [0, warmup, steps], [0, peak, 0])


# %% 3 right: tensors
import torch


def rate(step, steps, warmup, peak):
    factor = step / max(1, warmup) if step < warmup else (steps - step) / max(1, steps - warmup)
    return torch.tensor(peak * factor, dtype=torch.float64)


# %% 3 wrong: one step too far | first step
def rate(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (steps - step) / (steps - warmup)


# %% 3 wrong: zero at the last step
def rate(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (steps - 1 - step) / (steps - 1 - warmup)


# %% 3 wrong: no decay
def rate(step, steps, warmup, peak):
    return peak * step / warmup if step < warmup else peak


# %% 3 wrong: falls from the beginning
def rate(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (steps - step) / steps


# %% 3 wrong: forgets the peak
def rate(step, steps, warmup, peak):
    if step < warmup:
        return step / warmup
    return (steps - step) / (steps - warmup)


# %% 3 wrong: cosine
import math


def rate(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


# %% 3 wrong: hard-coded warm-up of four
def rate(step, steps, warmup, peak):
    if step < 4:
        return peak * step / 4
    return peak * (steps - step) / (steps - 4)


# %% 4 right: torch
import torch


def surest_mistakes(logits, labels, number):
    probabilities = torch.tensor(logits).float().softmax(-1)
    top = probabilities.max(-1)
    mistakes = [(top.values[i].item(), i) for i in range(len(labels)) if top.indices[i].item() != labels[i]]
    return [i for _, i in sorted(mistakes, reverse=True)][:number]


# %% 4 right: numpy, returns an array
import numpy as np


def surest_mistakes(logits, labels, number):
    logits = np.array(logits, dtype=float)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != np.array(labels))
    return wrong[np.argsort(-probabilities[wrong].max(axis=1))][:number]


# %% 4 right: plain Python
import math


def surest_mistakes(logits, labels, number):
    found = []
    for place, (row, label) in enumerate(zip(logits, labels)):
        answer = max(range(len(row)), key=row.__getitem__)
        if answer != label:
            found.append((place, 1 / sum(math.exp(one - row[answer]) for one in row)))
    found.sort(key=lambda pair: pair[1], reverse=True)
    return [place for place, _ in found[:number]]


# %% 4 wrong: sorts by the logit | softmax
import torch


def surest_mistakes(logits, labels, number):
    sure, answers = torch.tensor(logits).float().max(dim=-1)
    wrong = [row for row in range(len(labels)) if answers[row] != labels[row]]
    return sorted(wrong, key=lambda row: -sure[row])[:number]


# %% 4 wrong: least sure first | surest
import torch


def surest_mistakes(logits, labels, number):
    sure, answers = torch.tensor(logits).float().softmax(-1).max(dim=-1)
    wrong = [row for row in range(len(labels)) if answers[row] != labels[row]]
    return sorted(wrong, key=lambda row: sure[row])[:number]


# %% 4 wrong: right answers too | mistakes only
import torch


def surest_mistakes(logits, labels, number):
    sure, answers = torch.tensor(logits).float().softmax(-1).max(dim=-1)
    return sorted(range(len(labels)), key=lambda row: -sure[row])[:number]


# %% 4 wrong: by how unlikely the label was | not by that of the label
import torch


def surest_mistakes(logits, labels, number):
    chances = torch.tensor(logits).float().softmax(-1)
    wrong = [row for row in range(len(labels)) if chances[row].argmax() != labels[row]]
    return sorted(wrong, key=lambda row: chances[row, labels[row]])[:number]


# %% 4 wrong: softmax over the rows
import torch


def surest_mistakes(logits, labels, number):
    sure, answers = torch.tensor(logits).float().softmax(dim=0).max(dim=-1)
    wrong = [row for row in range(len(labels)) if answers[row] != labels[row]]
    return sorted(wrong, key=lambda row: -sure[row])[:number]


# %% 4 wrong: not sorted
import torch


def surest_mistakes(logits, labels, number):
    answers = torch.tensor(logits).argmax(dim=-1)
    return [row for row in range(len(labels)) if answers[row] != labels[row]][:number]


# %% 4 wrong: one too few
import torch


def surest_mistakes(logits, labels, number):
    sure, answers = torch.tensor(logits).float().softmax(-1).max(dim=-1)
    wrong = [row for row in range(len(labels)) if answers[row] != labels[row]]
    return sorted(wrong, key=lambda row: -sure[row])[: number - 1]


# %% 5 right: the body's own method
def freeze_body(model):
    model.base_model.requires_grad_(False)


# %% 5 right: a loop over its parameters
def freeze_body(model):
    for parameter in model.base_model.parameters():
        parameter.requires_grad = False


# %% 5 right: by the prefix of the body's name
def freeze_body(model):
    for name, parameter in model.named_parameters():
        if name.startswith(model.base_model_prefix + "."):
            parameter.requires_grad_(False)
    return model


# %% 5 wrong: the whole model | head
def freeze_body(model):
    model.requires_grad_(False)


# %% 5 wrong: the embeddings only | belongs to the body
def freeze_body(model):
    model.base_model.embeddings.requires_grad_(False)


# %% 5 wrong: the pooler forgotten | pooler
def freeze_body(model):
    model.base_model.embeddings.requires_grad_(False)
    for name, module in model.base_model.named_children():
        if name in ("encoder", "transformer"):
            module.requires_grad_(False)


# %% 5 wrong: by the name of one head | pre_classifier
def freeze_body(model):
    for name, parameter in model.named_parameters():
        if not name.startswith("classifier"):
            parameter.requires_grad = False


# %% 5 wrong: eval mode
def freeze_body(model):
    model.base_model.eval()


# %% 5 wrong: sets an attribute that torch ignores
def freeze_body(model):
    model.base_model.requires_grad = False


# %% 5 wrong: sets the weights to zero
import torch


def freeze_body(model):
    model.base_model.requires_grad_(False)
    for parameter in model.base_model.parameters():
        parameter.zero_()


# %% 5 wrong: the head in place of the body
def freeze_body(model):
    body = {id(parameter) for parameter in model.base_model.parameters()}
    for parameter in model.parameters():
        if id(parameter) not in body:
            parameter.requires_grad = False
