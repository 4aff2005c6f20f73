# %% 1 right: top_k 0
settings = {"do_sample": True, "temperature": 1.2, "top_p": 0.9, "top_k": 0}
# %% 1 right: an explicit None, by dict(), with a length
settings = dict(temperature=1.2, do_sample=True, top_p=0.9, top_k=None, max_new_tokens=30)
# %% 1 right: a top-k as large as the vocabulary, and defaults spelt out
settings = {"do_sample": True, "temperature": 1.2, "top_p": 0.9, "top_k": len(tokenizer), "num_beams": 1}
# %% 1 right: built up
settings = {"do_sample": True}
settings["temperature"] = 6 / 5
settings |= {"top_p": 1 - 0.1, "top_k": 0}
# %% 1 wrong: nothing said about top-k | a top-k is 50
settings = {"do_sample": True, "temperature": 1.2, "top_p": 0.9}
# %% 1 wrong: no sampling | do_sample
settings = {"temperature": 1.2, "top_p": 0.9, "top_k": 0}
# %% 1 wrong: the temperature the other way round | temperature is
settings = {"do_sample": True, "temperature": 1 / 1.2, "top_p": 0.9, "top_k": 0}
# %% 1 wrong: no temperature | temperature is
settings = {"do_sample": True, "top_p": 0.9, "top_k": 0}
# %% 1 wrong: what is cut instead of what is kept
settings = {"do_sample": True, "temperature": 1.2, "top_p": 0.1, "top_k": 0}
# %% 1 wrong: min-p instead of top-p
settings = {"do_sample": True, "temperature": 1.2, "min_p": 0.9, "top_k": 0}
# %% 1 wrong: a percentage instead of a share | a share
settings = {"do_sample": True, "temperature": 1.2, "top_k": 0, "top_p": 90}
# %% 1 wrong: 90 tokens instead of 90 %
settings = {"do_sample": True, "temperature": 1.2, "top_k": 90}
# %% 1 wrong: a penalty that nobody asked for | something else
settings = {"do_sample": True, "temperature": 1.2, "top_p": 0.9, "top_k": 0, "repetition_penalty": 1.3}
# %% 1 wrong: the example | temperature is
settings = {"do_sample": True, "top_k": 0}


# %% 2 right: masked_fill
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    smallest = scores.topk(k).values[-1]
    return scores.masked_fill(scores < smallest, float("-inf")).softmax(dim=-1)


# %% 2 right: softmax of the kept ones, put into zeros
def cooled_and_cut(logits, temperature, k):
    top = logits.topk(k)
    result = torch.zeros_like(logits)
    result[top.indices] = torch.softmax(top.values / temperature, dim=0)
    return result


# %% 2 right: in place, by hand, with a list
def cooled_and_cut(logits, temperature, k):
    import math

    logits /= temperature
    kept = sorted(range(len(logits)), key=lambda i: -logits[i])[:k]
    total = sum(math.exp(logits[i]) for i in kept)
    return [math.exp(x) / total if i in kept else 0.0 for i, x in enumerate(logits.tolist())]


# %% 2 right: probabilities first, renormalised after the cut
def cooled_and_cut(logits, temperature, k):
    p = (logits / temperature).softmax(-1)
    order = p.argsort(descending=True)
    p[order[k:]] = 0
    return p / p.sum()


# %% 2 wrong: multiplies | divide by the temperature
def cooled_and_cut(logits, temperature, k):
    scores = logits * temperature
    return scores.masked_fill(scores < scores.topk(k).values[-1], float("-inf")).softmax(dim=-1)


# %% 2 wrong: one too few
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    return scores.masked_fill(scores <= scores.topk(k).values[-1], float("-inf")).softmax(dim=-1)


# %% 2 wrong: one too many | tokens are kept
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    smallest = scores.sort(descending=True).values[min(k, len(scores) - 1)]
    return scores.masked_fill(scores < smallest, float("-inf")).softmax(dim=-1)


# %% 2 wrong: not shared out again | add up
def cooled_and_cut(logits, temperature, k):
    p = (logits / temperature).softmax(dim=-1)
    return p.masked_fill(p < p.topk(k).values[-1], 0)


# %% 2 wrong: zero instead of minus infinity | tokens are kept
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    return scores.masked_fill(scores < scores.topk(k).values[-1], 0.0).softmax(dim=-1)


# %% 2 wrong: the k of the example | tokens are kept
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    return scores.masked_fill(scores < scores.topk(2).values[-1], float("-inf")).softmax(dim=-1)


# %% 2 wrong: only the kept ones are returned | probabilities
def cooled_and_cut(logits, temperature, k):
    return (logits / temperature).topk(k).values.softmax(dim=-1)


# %% 2 wrong: the library | write it yourself
def cooled_and_cut(logits, temperature, k):
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper

    scores = TemperatureLogitsWarper(temperature)(None, logits[None])
    return TopKLogitsWarper(k)(None, scores).softmax(dim=-1)[0]


# %% 2 wrong: the temperature is forgotten | no effect
def cooled_and_cut(logits, temperature, k):
    return logits.masked_fill(logits < logits.topk(k).values[-1], float("-inf")).softmax(dim=-1)


# %% 2 wrong: the smallest are kept | largest
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    largest = scores.topk(k, largest=False).values[-1]
    return scores.masked_fill(scores > largest, float("-inf")).softmax(dim=-1)


# %% 2 wrong: nothing returned | return
def cooled_and_cut(logits, temperature, k):
    scores = logits / temperature
    scores.masked_fill(scores < scores.topk(k).values[-1], float("-inf")).softmax(dim=-1)


# %% 3 right: cumsum
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    count = int((ordered.values.cumsum(dim=0) < p).sum()) + 1
    return ordered.indices[:count].tolist()


# %% 3 right: a loop
def nucleus(probabilities, p):
    chosen, total = [], 0.0
    for token in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        chosen.append(token)
        total += float(probabilities[token])
        if total >= p:
            return chosen
    return chosen


# %% 3 right: a tensor of ids, by searchsorted
def nucleus(probabilities, p):
    values, ids = torch.sort(probabilities, descending=True)
    count = torch.searchsorted(values.cumsum(0), p) + 1
    return ids[:count]


# %% 3 right: the sum before a token is below p
def nucleus(probabilities, p):
    order = probabilities.argsort(descending=True)
    sums = probabilities[order].cumsum(dim=0)
    before = sums - probabilities[order]
    return order[before < p].tolist()


# %% 3 wrong: the last one is left out
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    return ordered.indices[ordered.values.cumsum(dim=0) < p].tolist()


# %% 3 wrong: the last one is left out unless it is the first | one token more
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    count = max(1, int((ordered.values.cumsum(dim=0) < p).sum()))
    return ordered.indices[:count].tolist()


# %% 3 wrong: one too many when it fits exactly | exactly
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    count = int((ordered.values.cumsum(dim=0) <= p).sum()) + 1
    return ordered.indices[:count].tolist()


# %% 3 wrong: in the order of the ids
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    count = int((ordered.values.cumsum(dim=0) < p).sum()) + 1
    return sorted(ordered.indices[:count].tolist())


# %% 3 wrong: places in the sorted list
def nucleus(probabilities, p):
    ordered = probabilities.sort(descending=True)
    return list(range(int((ordered.values.cumsum(dim=0) < p).sum()) + 1))


# %% 3 wrong: not sorted
def nucleus(probabilities, p):
    count = int((probabilities.cumsum(dim=0) < p).sum()) + 1
    return list(range(len(probabilities)))[:count]


# %% 3 wrong: each token with at least p
def nucleus(probabilities, p):
    return (probabilities >= p).nonzero()[:, 0].tolist()


# %% 3 wrong: the probabilities themselves
def nucleus(probabilities, p):
    values = probabilities.sort(descending=True).values
    return values[: int((values.cumsum(dim=0) < p).sum()) + 1].tolist()


# %% 3 wrong: the least likely first
def nucleus(probabilities, p):
    ordered = probabilities.sort()
    count = int((ordered.values.cumsum(dim=0) < p).sum()) + 1
    return ordered.indices[:count].tolist()


# %% 3 wrong: the library | write it yourself
def nucleus(probabilities, p):
    from transformers import TopPLogitsWarper

    kept = torch.isfinite(TopPLogitsWarper(p)(None, probabilities.log()[None]))[0]
    return [i for i in probabilities.argsort(descending=True).tolist() if kept[i]]


# %% 3 wrong: the example | not \[1, 2\]
def nucleus(probabilities, p):
    return [1, 2]


# %% 4 right: a loop over the set
def penalised(logits, ids, penalty):
    changed = logits.clone()
    for token in set(ids):
        if changed[token] > 0:
            changed[token] /= penalty
        else:
            changed[token] *= penalty
    return changed


# %% 4 right: torch.where, from the old values
def penalised(logits, ids, penalty):
    ids = torch.tensor(ids)
    old = logits[ids]
    logits[ids] = torch.where(old > 0, old / penalty, old * penalty)
    return logits


# %% 4 right: a list
def penalised(logits, ids, penalty):
    result = []
    for token, value in enumerate(logits.tolist()):
        factor = 1 if token not in ids else 1 / penalty if value > 0 else penalty
        result.append(value * factor)
    return result


# %% 4 right: a mask
def penalised(logits, ids, penalty):
    seen = torch.zeros(len(logits), dtype=torch.bool)
    seen[ids] = True
    lower = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, lower, logits)


# %% 4 wrong: always divided | multiply it
def penalised(logits, ids, penalty):
    for token in set(ids):
        logits[token] /= penalty
    return logits


# %% 4 wrong: always multiplied
def penalised(logits, ids, penalty):
    for token in set(ids):
        logits[token] *= penalty
    return logits


# %% 4 wrong: once for each occurrence | once
def penalised(logits, ids, penalty):
    for token in ids:
        logits[token] = logits[token] / penalty if logits[token] > 0 else logits[token] * penalty
    return logits


# %% 4 wrong: all tokens | leave tokens alone
def penalised(logits, ids, penalty):
    return torch.where(logits > 0, logits / penalty, logits * penalty)


# %% 4 wrong: subtracted
def penalised(logits, ids, penalty):
    for token in set(ids):
        logits[token] -= penalty
    return logits


# %% 4 wrong: the tokens that are not in the text
def penalised(logits, ids, penalty):
    for token in set(range(len(logits))) - set(ids):
        logits[token] = logits[token] / penalty if logits[token] > 0 else logits[token] * penalty
    return logits


# %% 4 wrong: removed altogether
def penalised(logits, ids, penalty):
    for token in ids:
        logits[token] = float("-inf")
    return logits


# %% 4 wrong: only the tokens of the text are returned | all logits
def penalised(logits, ids, penalty):
    old = logits[torch.tensor(sorted(set(ids)))]
    return torch.where(old > 0, old / penalty, old * penalty)


# %% 4 wrong: the penalty of the example
def penalised(logits, ids, penalty):
    for token in set(ids):
        logits[token] = logits[token] / 2 if logits[token] > 0 else logits[token] * 2
    return logits


# %% 4 wrong: the library | write it yourself
def penalised(logits, ids, penalty):
    from transformers import RepetitionPenaltyLogitsProcessor

    return RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([ids]), logits[None])[0]


# %% 4 wrong: nothing returned | return
def penalised(logits, ids, penalty):
    for token in set(ids):
        logits[token] = logits[token] / penalty if logits[token] > 0 else logits[token] * penalty


# %% 5 right: a seed for each text
def continuations(count, seed):
    texts = []
    for number in range(count):
        set_seed(seed + number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0], skip_special_tokens=True))
    return texts


# %% 5 right: one seed, one call for each text, without the prompt
def continuations(count, seed):
    set_seed(seed)
    start, texts = inputs["input_ids"].shape[1], ()
    for _ in range(count):
        ids = model.generate(**inputs, do_sample=True, top_k=None, top_p=0.92, max_new_tokens=5)
        texts += (tokenizer.decode(ids[0, start:]),)
    return texts


# %% 5 right: a GenerationConfig
def continuations(count, seed):
    from transformers import GenerationConfig

    config = GenerationConfig(do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)

    def text(number):
        torch.manual_seed(1000 * seed + number)
        return tokenizer.batch_decode(model.generate(**inputs, generation_config=config))[0]

    return [text(number) for number in range(count)]


# %% 5 wrong: a batch | batch
def continuations(count, seed):
    set_seed(seed)
    rows = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5, num_return_sequences=count)
    return tokenizer.batch_decode(rows, skip_special_tokens=True)


# %% 5 wrong: one seed for all texts | same
def continuations(count, seed):
    texts = []
    for _ in range(count):
        set_seed(seed)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0]))
    return texts


# %% 5 wrong: no seed | differ
def continuations(count, seed):
    calls = [model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5) for _ in range(count)]
    return [tokenizer.decode(output[0]) for output in calls]


# %% 5 wrong: the seed is not used | another seed
def continuations(count, seed):
    texts = []
    for number in range(count):
        set_seed(number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0]))
    return texts


# %% 5 wrong: greedy | do_sample
def continuations(count, seed):
    set_seed(seed)
    output = model.generate(**inputs, do_sample=False, max_new_tokens=5)
    return [tokenizer.decode(output[0])] * count


# %% 5 wrong: the hidden top-k | top-k
def continuations(count, seed):
    texts = []
    for number in range(count):
        set_seed(seed + number)
        output = model.generate(**inputs, do_sample=True, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0]))
    return texts


# %% 5 wrong: one text too few | count
def continuations(count, seed):
    texts = []
    for number in range(1, count):
        set_seed(seed + number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0]))
    return texts


# %% 5 wrong: ids | decode
def continuations(count, seed):
    rows = []
    for number in range(count):
        set_seed(seed + number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        rows.append(output[0].tolist())
    return rows


# %% 5 wrong: twenty tokens | is 5
def continuations(count, seed):
    texts = []
    for number in range(count):
        set_seed(seed + number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=20)
        texts.append(tokenizer.decode(output[0], skip_special_tokens=True))
    return texts


# %% 5 wrong: the seed depends on the count | depend
def continuations(count, seed):
    texts = []
    for number in range(count):
        set_seed(seed + count + number)
        output = model.generate(**inputs, do_sample=True, top_k=0, top_p=0.92, max_new_tokens=5)
        texts.append(tokenizer.decode(output[0]))
    return texts
