# %% 1 right: two sums
def trained_share(model):
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return trained / sum(p.numel() for p in model.parameters())


# %% 1 right: a loop
def trained_share(model):
    everything = trained = 0
    for _, parameter in model.named_parameters():
        everything += parameter.nelement()
        if parameter.requires_grad:
            trained += parameter.nelement()
    return trained / everything


# %% 1 right: tensors
import torch


def trained_share(model):
    sizes = torch.tensor([p.numel() for p in model.parameters()], dtype=torch.float64)
    trained = torch.tensor([p.requires_grad for p in model.parameters()])
    return (sizes * trained).sum() / sizes.sum()


# %% 1 wrong: counts tensors | numel
def trained_share(model):
    flags = [p.requires_grad for p in model.parameters()]
    return sum(flags) / len(flags)


# %% 1 wrong: the number | a share
def trained_share(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


# %% 1 wrong: the frozen ones | frozen ones
def trained_share(model):
    frozen = sum(p.numel() for p in model.parameters() if not p.requires_grad)
    return frozen / sum(p.numel() for p in model.parameters())


# %% 1 wrong: percent | percent
def trained_share(model):
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return 100 * trained / sum(p.numel() for p in model.parameters())


# %% 1 wrong: trained to frozen
def trained_share(model):
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    frozen = sum(p.numel() for p in model.parameters() if not p.requires_grad)
    return trained / (frozen or trained)


# %% 1 wrong: hard-coded
def trained_share(model):
    return 0.25


# %% 1 wrong: freezes on the way
def trained_share(model):
    everything = sum(p.numel() for p in model.parameters())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    model.requires_grad_(False)
    return trained / everything


# %% 2 right: a loop with a count
def early_stop(losses, patience):
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best_epoch, epoch


# %% 2 right: by the distance from the best
def early_stop(losses, patience):
    best = 0
    for i in range(len(losses)):
        if losses[i] < losses[best]:
            best = i
        if i - best >= patience:
            return [best + 1, i + 1]
    return [best + 1, len(losses)]


# %% 2 right: tensors
import torch


def early_stop(losses, patience):
    losses = torch.tensor(losses, dtype=torch.float64)
    for last in range(1, len(losses) + 1):
        best = int(losses[:last].argmin()) + 1
        if last - best >= patience:
            break
    return torch.tensor([best, last])


# %% 2 wrong: best of all epochs | never computed
def early_stop(losses, patience):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return losses.index(min(losses)) + 1, epoch


# %% 2 wrong: counts from 0 | from 1
def early_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        if i - best >= patience:
            return best, i
    return best, len(losses) - 1


# %% 2 wrong: compares with the loss before | before
def early_stop(losses, patience):
    waited, best = 0, 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        if i and loss >= losses[i - 1]:
            waited += 1
        else:
            waited = 0
        if waited == patience:
            return best + 1, i + 1
    return best + 1, len(losses)


# %% 2 wrong: never sets the count back | back to 0
def early_stop(losses, patience):
    waited, best = 0, 0
    for i, loss in enumerate(losses):
        if i and loss >= losses[best]:
            waited += 1
        if loss < losses[best]:
            best = i
        if waited == patience:
            return best + 1, i + 1
    return best + 1, len(losses)


# %% 2 wrong: an equal loss counts as better | equal
def early_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss <= losses[best]:
            best = i
        if i - best >= patience:
            return best + 1, i + 1
    return best + 1, len(losses)


# %% 2 wrong: one epoch more of patience
def early_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        if i - best > patience:
            return best + 1, i + 1
    return best + 1, len(losses)


# %% 2 wrong: returns nothing when it never stops | every way out
def early_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        if i - best >= patience:
            return best + 1, i + 1


# %% 2 wrong: hard-coded from the example
def early_stop(losses, patience):
    return 2, 4


# %% 3 right: looks first
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs and logs["loss"] < self.limit:
            control.should_training_stop = True


# %% 3 right: get with infinity, returns control
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if float((logs or {}).get("loss", float("inf"))) < self.limit:
            control.should_training_stop = True
        return control


# %% 3 right: catches the missing key
import transformers


class EnoughIsEnough(transformers.TrainerCallback):
    def __init__(self, limit):
        super().__init__()
        self.smallest = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        try:
            loss = logs["loss"]
        except KeyError:
            return
        control.should_training_stop |= loss < self.smallest


# %% 3 wrong: get with 0 | no training loss
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs.get("loss", 0) < self.limit:
            control.should_training_stop = True


# %% 3 wrong: does not look | look before
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs["loss"] < self.limit:
            control.should_training_stop = True


# %% 3 wrong: greater
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs and logs["loss"] > self.limit:
            control.should_training_stop = True


# %% 3 wrong: a limit of its own
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs and logs["loss"] < 0.5:
            control.should_training_stop = True


# %% 3 wrong: ends the epoch, not the training
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs and logs["loss"] < self.limit:
            control.should_epoch_stop = True


# %% 3 wrong: after twenty steps
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        if state and state.global_step >= 20:
            control.should_training_stop = True


# %% 3 wrong: any loss in the entry
from transformers import TrainerCallback


class EnoughIsEnough(TrainerCallback):
    def __init__(self, limit):
        self.limit = limit

    def on_log(self, args, state, control, logs=None, **kwargs):
        found = [value for name, value in logs.items() if name.endswith("loss")]
        if found and min(found) < self.limit:
            control.should_training_stop = True


# %% 4 right: weighted losses
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    optimizer.zero_grad()
    for part in parts:
        (model(**part).loss * len(part["labels"]) / total).backward()
    optimizer.step()


# %% 4 right: one sum of losses
def accumulated_step(model, parts, optimizer):
    model.zero_grad()
    rows = [part["labels"].shape[0] for part in parts]
    loss = sum(count * model(**part).loss for part, count in zip(parts, rows)) / sum(rows)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()


# %% 4 right: gradients divided afterwards
def accumulated_step(model, parts, optimizer):
    optimizer.zero_grad(set_to_none=True)
    total = 0
    for part in parts:
        count = len(part["input_ids"])
        total += count
        (count * model(**part).loss).backward()
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad /= total
    optimizer.step()


# %% 4 right: the cross-entropy by hand
import torch


def accumulated_step(model, parts, optimizer):
    total = sum(part["labels"].numel() for part in parts)
    optimizer.zero_grad()
    for part in parts:
        logits = model(input_ids=part["input_ids"]).logits
        loss = torch.nn.functional.cross_entropy(logits, part["labels"], reduction="sum")
        (loss / total).backward()
    optimizer.step()


# %% 4 wrong: the sum of the losses | mean over all rows
def accumulated_step(model, parts, optimizer):
    optimizer.zero_grad()
    for part in parts:
        model(**part).loss.backward()
    optimizer.step()


# %% 4 wrong: each part counts the same | share of the rows
def accumulated_step(model, parts, optimizer):
    optimizer.zero_grad()
    for part in parts:
        (model(**part).loss / len(parts)).backward()
    optimizer.step()


# %% 4 wrong: a step for each part
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    for part in parts:
        optimizer.zero_grad()
        (model(**part).loss * len(part["labels"]) / total).backward()
        optimizer.step()


# %% 4 wrong: empties the gradients between the parts
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    for part in parts:
        optimizer.zero_grad()
        (model(**part).loss * len(part["labels"]) / total).backward()
    optimizer.step()


# %% 4 wrong: old gradients stay | zero_grad
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    for part in parts:
        (model(**part).loss * len(part["labels"]) / total).backward()
    optimizer.step()


# %% 4 wrong: no step | step
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    optimizer.zero_grad()
    for part in parts:
        (model(**part).loss * len(part["labels"]) / total).backward()


# %% 4 wrong: divides by all rows without the part's own
def accumulated_step(model, parts, optimizer):
    total = sum(len(part["labels"]) for part in parts)
    optimizer.zero_grad()
    for part in parts:
        (model(**part).loss / total).backward()
    optimizer.step()


# %% 5 right: parameters
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear = linear
        for parameter in self.linear.parameters():
            parameter.requires_grad = False
        self.A = torch.nn.Parameter(torch.randn(rank, linear.in_features) / rank)
        self.B = torch.nn.Parameter(torch.zeros(linear.out_features, rank))
        self.alpha, self.rank = alpha, rank

    def forward(self, x):
        return self.linear(x) + self.alpha / self.rank * torch.nn.functional.linear(x, self.B @ self.A)


# %% 5 right: two layers without bias
from torch import nn


class LoraLinear(nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.base = linear
        self.base.requires_grad_(False)
        self.down = nn.Linear(linear.in_features, rank, bias=False)
        self.up = nn.Linear(rank, linear.out_features, bias=False)
        nn.init.zeros_(self.up.weight)
        self.scale = alpha / rank

    def forward(self, hidden):
        return self.base(hidden) + self.up(self.down(hidden)) * self.scale


# %% 5 right: matrices the other way round
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        linear.weight.requires_grad_(False)
        if linear.bias is not None:
            linear.bias.requires_grad_(False)
        self.linear, self.scale = linear, alpha / rank
        self.a = torch.nn.Parameter(torch.empty(linear.in_features, rank).normal_(std=0.02))
        self.b = torch.nn.Parameter(torch.zeros(rank, linear.out_features))

    def forward(self, x):
        change = x @ self.a @ self.b
        return self.linear(x) + change.mul(self.scale)


# %% 5 wrong: the bias is not frozen | bias
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear, alpha / rank
        self.linear.weight.requires_grad_(False)
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)


# %% 5 wrong: nothing is frozen
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear, alpha / rank
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)


# %% 5 wrong: both matrices zero | nothing is learned
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.a = torch.nn.Parameter(torch.zeros(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)


# %% 5 wrong: both matrices random | zeros
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.randn(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)


# %% 5 wrong: A zero and B random | B is zero
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.a = torch.nn.Parameter(torch.zeros(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.randn(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)


# %% 5 wrong: no scale | alpha / rank
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + x @ self.a.T @ self.b.T


# %% 5 wrong: scales by alpha alone
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.alpha = linear.requires_grad_(False), alpha
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.a.T @ self.b.T)


# %% 5 wrong: one full matrix in place of two thin ones | two trained matrices
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.change = torch.nn.Parameter(torch.zeros_like(linear.weight))

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.change.T)


# %% 5 wrong: the adapter replaces the layer
import torch


class LoraLinear(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features))
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.scale * (x @ self.a.T @ self.b.T)
