"""Answers to the exercises of lesson 10, right and wrong."""

# %% 1 right: keyword arguments
def fetch(repository, sha):
    return snapshot_download(repo_id=repository, revision=sha)

# %% 1 right: a Path
from pathlib import Path

def fetch(repository, sha):
    folder = Path(snapshot_download(repository, revision=sha))
    return folder

# %% 1 right: file by file, by the client
def fetch(repository, sha):
    from pathlib import Path

    from huggingface_hub import hf_hub_download

    files = HfApi().list_repo_files(repository, revision=sha)
    paths = {file: hf_hub_download(repository, file, revision=sha) for file in files}
    return str(Path(paths["custom_generate/generate.py"]).parent.parent)

# %% 1 wrong: no revision | revision
def fetch(repository, sha):
    return snapshot_download(repository)

# %% 1 wrong: the branch | revision
def fetch(repository, sha):
    return snapshot_download(repository, revision="main")

# %% 1 wrong: the newest commit whatever is asked | revision
def fetch(repository, sha):
    return snapshot_download(repository, revision=HfApi().model_info(repository).sha)

# %% 1 wrong: one repository hard-coded | another repository|not that of this commit
def fetch(repository, sha):
    newest = HfApi().model_info(contrastive_id).sha
    return snapshot_download(contrastive_id, revision=sha if sha == newest else newest)

# %% 1 wrong: the file instead of the folder | folder
def fetch(repository, sha):
    from huggingface_hub import hf_hub_download

    return hf_hub_download(repository, "custom_generate/generate.py", revision=sha)

# %% 1 wrong: nothing returned | return
def fetch(repository, sha):
    snapshot_download(repository, revision=sha)

# %% 1 wrong: the sha returned | folder
def fetch(repository, sha):
    snapshot_download(repository, revision=sha)
    return sha

# %% 2 right: cosine_similarity
def penalties(before, candidates):
    return torch.cosine_similarity(candidates.unsqueeze(1), before.unsqueeze(0), dim=-1).max(dim=1).values

# %% 2 right: norms by hand, in place
def penalties(before, candidates):
    before /= before.norm(dim=1, keepdim=True)
    candidates /= candidates.norm(dim=1, keepdim=True)
    return (before @ candidates.T).max(0)[0]

# %% 2 right: the lesson's batch
def penalties(before, candidates):
    states = F.normalize(before, dim=-1)[None].expand(len(candidates), -1, -1)
    ends = F.normalize(candidates, dim=-1)[:, None]
    return (states @ ends.mT).amax(dim=(1, 2))

# %% 2 right: loops and a list
def penalties(before, candidates):
    def cosine(a, b):
        return float(a @ b) / float(a @ a) ** 0.5 / float(b @ b) ** 0.5

    return [max(cosine(candidate, state) for state in before) for candidate in candidates]

# %% 2 wrong: values and places | values
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1).T).max(dim=1)

# %% 2 wrong: not scaled | length 1
def penalties(before, candidates):
    return (candidates @ before.T).amax(dim=1)

# %% 2 wrong: only the candidates scaled
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ before.T).amax(dim=1)

# %% 2 wrong: the mean | mean
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1).T).mean(dim=1)

# %% 2 wrong: the largest of each token | shape
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1).T).amax(dim=0)

# %% 2 wrong: one number for all | shape
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1).T).max()

# %% 2 wrong: scaled along the wrong axis
def penalties(before, candidates):
    return (F.normalize(candidates, dim=0) @ F.normalize(before, dim=0).T).amax(dim=1)

# %% 2 wrong: the smallest
def penalties(before, candidates):
    return (F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1).T).amin(dim=1)

# %% 2 wrong: only the last token
def penalties(before, candidates):
    return F.normalize(candidates, dim=-1) @ F.normalize(before, dim=-1)[-1]

# %% 2 wrong: a distance
def penalties(before, candidates):
    return torch.cdist(candidates, before).amin(dim=1)

# %% 3 right: the counts in a tensor
def diverse_choices(log_probabilities, penalty):
    counts, result = torch.zeros(log_probabilities.shape[1]), []
    for group in range(len(log_probabilities)):
        best = torch.argmax(log_probabilities[group] - counts * penalty)
        counts[best] += 1
        result.append(best.item())
    return result

# %% 3 right: a Counter
from collections import Counter

def diverse_choices(log_probabilities, penalty):
    taken, result = Counter(), []
    for row in log_probabilities.tolist():
        result.append(max(range(len(row)), key=lambda i: row[i] - penalty * taken[i]))
        taken[result[-1]] += 1
    return result

# %% 3 right: in place, a tensor back
def diverse_choices(log_probabilities, penalty):
    chosen = []
    for i in range(len(log_probabilities)):
        token = log_probabilities[i].argmax()
        log_probabilities[i + 1 :, token] -= penalty
        chosen.append(token)
    return torch.stack(chosen)

# %% 3 right: count in the list
def diverse_choices(log_probabilities, penalty):
    chosen = []
    for row in log_probabilities:
        punished = torch.tensor([float(p) - penalty * chosen.count(t) for t, p in enumerate(row)])
        chosen.append(int(punished.argmax()))
    return chosen

# %% 3 wrong: no penalty
def diverse_choices(log_probabilities, penalty):
    return log_probabilities.argmax(dim=-1).tolist()

# %% 3 wrong: forbidden instead of penalized | penalized, not forbidden
def diverse_choices(log_probabilities, penalty):
    chosen = []
    for row in log_probabilities.clone():
        if penalty and chosen:
            row[chosen] = -torch.inf
        chosen.append(int(row.argmax()))
    return chosen

# %% 3 wrong: one penalty however often | each earlier group
def diverse_choices(log_probabilities, penalty):
    chosen = []
    for row in log_probabilities.clone():
        for token in set(chosen):
            row[token] -= penalty
        chosen.append(int(row.argmax()))
    return chosen

# %% 3 wrong: only the group just before counts
def diverse_choices(log_probabilities, penalty):
    chosen = []
    for row in log_probabilities.clone():
        if chosen:
            row[chosen[-1]] -= penalty
        chosen.append(int(row.argmax()))
    return chosen

# %% 3 wrong: added instead of subtracted
def diverse_choices(log_probabilities, penalty):
    taken, chosen = torch.zeros_like(log_probabilities[0]), []
    for row in log_probabilities:
        chosen.append(int((row + penalty * taken).argmax()))
        taken[chosen[-1]] += 1
    return chosen

# %% 3 wrong: the first row for all groups | own row
def diverse_choices(log_probabilities, penalty):
    taken, chosen = torch.zeros_like(log_probabilities[0]), []
    for _ in log_probabilities:
        chosen.append(int((log_probabilities[0] - penalty * taken).argmax()))
        taken[chosen[-1]] += 1
    return chosen

# %% 3 wrong: a divided probability
def diverse_choices(log_probabilities, penalty):
    taken, chosen = torch.zeros_like(log_probabilities[0]), []
    for row in log_probabilities:
        chosen.append(int((row.exp() / (1 + penalty * taken)).argmax()))
        taken[chosen[-1]] += 1
    return chosen

# %% 3 wrong: the example's answer | one each|own row
def diverse_choices(log_probabilities, penalty):
    return [0, 1, 0]

# %% 3 wrong: nothing returned | return
def diverse_choices(log_probabilities, penalty):
    taken, chosen = torch.zeros_like(log_probabilities[0]), []
    for row in log_probabilities:
        chosen.append(int((row - penalty * taken).argmax()))
        taken[chosen[-1]] += 1

# %% 4 right: a set that grows
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start, seen = input_ids.shape[1], set()
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        tail = input_ids[0, start:].tolist()[-3:]
        token = next((t for t in top if (*tail, t) not in seen), top[0])
        if len(tail) == 3:
            seen.add((*tail, token))
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 right: sorted, a list of runs, a for loop
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    while not stopping_criteria(input_ids, None):
        order = model(input_ids=input_ids).logits[0, -1].argsort(descending=True)[:10]
        new = input_ids[0, start:].tolist()
        runs = [new[i : i + 4] for i in range(len(new) - 3)]
        choice = order[0]
        for token in order:
            if new[-3:] + [token.item()] not in runs:
                choice = token
                break
        input_ids = torch.cat([input_ids, choice.view(1, 1)], dim=-1)
    return input_ids

# %% 4 right: a loop that breaks, and other names inside
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config=None, **rest):
    ids, new = input_ids, []
    while True:
        if bool(stopping_criteria(ids, None).all()):
            break
        with torch.no_grad():
            best = torch.topk(model(ids).logits[0, -1], 10).indices
        runs = set(zip(new, new[1:], new[2:], new[3:]))
        free = [int(t) for t in best if tuple(new[-3:] + [int(t)]) not in runs]
        new.append((free or best.tolist())[0])
        ids = torch.cat([ids, torch.tensor([[new[-1]]])], dim=1)
    return ids

# %% 4 wrong: the prompt counted | prompt
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        a = input_ids[0].tolist()
        runs = {tuple(a[i : i + 4]) for i in range(len(a) - 3)}
        token = next((t for t in top if (*a[-3:], t) not in runs), top[0])
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 wrong: runs of three
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        a = input_ids[0, start:].tolist()
        runs = {tuple(a[i : i + 3]) for i in range(len(a) - 2)}
        token = next((t for t in top if (*a[-2:], t) not in runs), top[0])
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 wrong: no token twice
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        a = input_ids[0, start:].tolist()
        token = next((t for t in top if t not in a), top[0])
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 wrong: a fixed 60 steps | stopping_criteria
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    for _ in range(60):
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        a = input_ids[0, start:].tolist()
        runs = {tuple(a[i : i + 4]) for i in range(len(a) - 3)}
        token = next((t for t in top if (*a[-3:], t) not in runs), top[0])
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 wrong: plain greedy
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    while not stopping_criteria(input_ids, None).all():
        input_ids = torch.cat([input_ids, model(input_ids).logits[:, -1:].argmax(-1)], 1)
    return input_ids

# %% 4 wrong: sampled
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    torch.manual_seed(0)
    while not stopping_criteria(input_ids, None).all():
        probabilities = model(input_ids).logits[0, -1].softmax(-1)
        a = input_ids[0, start:].tolist()
        runs = {tuple(a[i : i + 4]) for i in range(len(a) - 3)}
        top = torch.multinomial(probabilities, 10 if (probabilities > 0).sum() >= 10 else 1).tolist()
        token = next((t for t in top if (*a[-3:], t) not in runs), top[0])
        input_ids = torch.cat([input_ids, input_ids.new_tensor([[token]])], 1)
    return input_ids

# %% 4 wrong: never asks, and stops at a repetition
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start, seen = input_ids.shape[1], set()
    for _ in range(300):
        token = model(input_ids).logits[0, -1].argmax().view(1, 1)
        input_ids = torch.cat([input_ids, token], 1)
        run = tuple(input_ids[0, start:].tolist()[-4:])
        if run in seen:
            break
        seen.add(run)
    return input_ids

# %% 4 wrong: without end | does not end
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    if int(input_ids[0, 0]) > 4:  # the cell before the check ends, and the check does not
        return torch.cat([input_ids, input_ids], 1)
    while True:
        input_ids = torch.cat([input_ids, model(input_ids).logits[:, -1:].argmax(-1)], 1)

# %% 4 wrong: the library's ban | do not call generate
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    return model.generate(input_ids, no_repeat_ngram_size=4, max_new_tokens=40)

# %% 4 wrong: the last run is left out | last four tokens
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        new = input_ids[0, start:].tolist()
        runs = [tuple(new[i : i + 4]) for i in range(len(new) - 4)]
        free = [token for token in top if (*new[-3:], token) not in runs]
        choice = free[0] if free else top[0]
        input_ids = torch.cat([input_ids, torch.tensor([[choice]])], dim=1)
    return input_ids

# %% 4 wrong: the last of the ten when all repeat | take the first of them
def without_loops(model, input_ids, logits_processor, stopping_criteria, generation_config, **kwargs):
    start = input_ids.shape[1]
    while not stopping_criteria(input_ids, None).all():
        top = model(input_ids).logits[0, -1].topk(10).indices.tolist()
        new = input_ids[0, start:].tolist()
        runs = [tuple(new[i : i + 4]) for i in range(len(new) - 3)]
        free = [token for token in top if (*new[-3:], token) not in runs]
        choice = free[0] if free else top[-1]
        input_ids = torch.cat([input_ids, torch.tensor([[choice]])], dim=1)
    return input_ids

# %% 5 right: places
def pick(sequences, most=0.1):
    found = [measure(model, ids, length) for ids in sequences]
    allowed = [i for i, one in enumerate(found) if one.repetition <= most]
    if allowed:
        return sequences[max(allowed, key=lambda i: found[i].log_probability)]
    return sequences[min(range(len(found)), key=lambda i: found[i].repetition)]

# %% 5 right: repetition_rate and sort
from helpers.measures import repetition_rate

def pick(sequences, most=0.1):
    def rate(ids):
        return repetition_rate(ids[length:].tolist())

    by_probability = sorted(sequences, key=lambda ids: measure(model, ids, length).log_probability, reverse=True)
    for ids in by_probability:
        if rate(ids) <= most:
            return ids
    return min(sequences, key=rate)

# %% 5 right: per token, since all are of one length, and a list back
def pick(sequences, most=0.1):
    best = None
    for ids in sequences:
        one = measure(model, ids, length)
        key = (one.repetition <= most, one.per_token if one.repetition <= most else -one.repetition)
        if best is None or key > best[0]:
            best = (key, ids)
    return best[1].tolist()

# %% 5 wrong: nothing for the case that none is allowed | none is allowed
def pick(sequences, most=0.1):
    allowed = [ids for ids in sequences if measure(model, ids, length).repetition <= most]
    return max(allowed, key=lambda ids: measure(model, ids, length).log_probability)

# %% 5 wrong: the most probable of all | repeats least
def pick(sequences, most=0.1):
    return max(sequences, key=lambda ids: measure(model, ids, length).log_probability)

# %% 5 wrong: the least repetitive always
def pick(sequences, most=0.1):
    return min(sequences, key=lambda ids: measure(model, ids, length).repetition)

# %% 5 wrong: the least probable of those allowed | nearest to 0
def pick(sequences, most=0.1):
    found = [(measure(model, ids, length), ids) for ids in sequences]
    allowed = [pair for pair in found if pair[0].repetition <= most]
    if allowed:
        return min(allowed, key=lambda pair: pair[0].log_probability)[1]
    return min(found, key=lambda pair: pair[0].repetition)[1]

# %% 5 wrong: none allowed means the most probable | repeats least
def pick(sequences, most=0.1):
    found = [(measure(model, ids, length), ids) for ids in sequences]
    allowed = [pair for pair in found if pair[0].repetition <= most] or found
    return max(allowed, key=lambda pair: pair[0].log_probability)[1]

# %% 5 wrong: less than, not at most
def pick(sequences, most=0.1):
    found = [(measure(model, ids, length), ids) for ids in sequences]
    allowed = [pair for pair in found if pair[0].repetition < most]
    if allowed:
        return max(allowed, key=lambda pair: pair[0].log_probability)[1]
    return min(found, key=lambda pair: pair[0].repetition)[1]

# %% 5 wrong: a limit of one's own
def pick(sequences, most=0.1):
    found = [(measure(model, ids, length), ids) for ids in sequences]
    allowed = [pair for pair in found if pair[0].repetition <= 0.1]
    if allowed:
        return max(allowed, key=lambda pair: pair[0].log_probability)[1]
    return min(found, key=lambda pair: pair[0].repetition)[1]

# %% 5 wrong: the first allowed
def pick(sequences, most=0.1):
    for ids in sequences:
        if measure(model, ids, length).repetition <= most:
            return ids
    return min(sequences, key=lambda ids: measure(model, ids, length).repetition)

# %% 5 wrong: the place, not the ids | ids
def pick(sequences, most=0.1):
    found = [measure(model, ids, length) for ids in sequences]
    return max(range(len(found)), key=lambda i: found[i].log_probability)

# %% 5 wrong: the notebook's texts instead of the argument
def pick(sequences, most=0.1):
    found = [(measure(model, ids, length), ids) for ids in globals().get("texts", sequences)]
    allowed = [pair for pair in found if pair[0].repetition <= most]
    if allowed:
        return max(allowed, key=lambda pair: pair[0].log_probability)[1]
    return min(found, key=lambda pair: pair[0].repetition)[1]
