"""Answers to the exercises of lesson 08, right and wrong."""

# %% 1 right: as keyword arguments
def best_three(inputs):
    return model.generate(
        **inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12, do_sample=False
    )

# %% 1 right: settings in a dictionary, the default of do_sample, early stopping named
def best_three(inputs):
    settings = dict(num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12)
    output = model.generate(inputs["input_ids"], attention_mask=inputs["attention_mask"], **settings)
    return output

# %% 1 right: a GenerationConfig
from transformers import GenerationConfig

config = GenerationConfig(
    num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12, do_sample=False, pad_token_id=0
)

def best_three(inputs):
    return model.generate(**inputs, generation_config=config)

# %% 1 right: all four beams, cut to three, and max_length
def best_three(inputs):
    longest = inputs["input_ids"].shape[1] + 12
    four = model.generate(**inputs, num_beams=4, num_return_sequences=4, no_repeat_ngram_size=3, max_length=longest)
    return four[:3]

# %% 1 wrong: all four | num_return_sequences
def best_three(inputs):
    return model.generate(**inputs, num_beams=4, num_return_sequences=4, no_repeat_ngram_size=3, max_new_tokens=12)

# %% 1 wrong: only the best | num_return_sequences
def best_three(inputs):
    return model.generate(**inputs, num_beams=4, no_repeat_ngram_size=3, max_new_tokens=12)

# %% 1 wrong: three beams instead of four | num_beams=4
def best_three(inputs):
    return model.generate(**inputs, num_beams=3, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12)

# %% 1 wrong: no ban | no_repeat_ngram_size
def best_three(inputs):
    return model.generate(**inputs, num_beams=4, num_return_sequences=3, max_new_tokens=12)

# %% 1 wrong: pairs banned
def best_three(inputs):
    return model.generate(**inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=2, max_new_tokens=12)

# %% 1 wrong: sampling | sampling
def best_three(inputs):
    return model.generate(
        **inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12, do_sample=True
    )

# %% 1 wrong: max_length for max_new_tokens | max_new_tokens
def best_three(inputs):
    return model.generate(**inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_length=12)

# %% 1 wrong: nothing returned | return
def best_three(inputs):
    model.generate(**inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12)

# %% 1 wrong: the prompt of the lesson hard-coded
given_inputs = inputs

def best_three(inputs):
    return model.generate(**given_inputs, num_beams=4, num_return_sequences=3, no_repeat_ngram_size=3, max_new_tokens=12)

# %% 2 right: argmax and cat
def greedy(ids, steps):
    for step in range(steps):
        best = model(input_ids=ids).logits[0, -1].argmax()
        ids = torch.cat([ids, best.view(1, 1)], dim=-1)
    return ids

# %% 2 right: a list of numbers
def greedy(ids, steps):
    numbers = ids[0].tolist()
    while len(numbers) < ids.shape[1] + steps:
        scores = model(torch.tensor([numbers])).logits[0, -1].softmax(-1)
        numbers.append(int(scores.topk(1).indices))
    return torch.tensor([numbers])

# %% 2 right: with the key-value cache
@torch.no_grad()
def greedy(ids, steps):
    output, cache, new = ids, None, ids
    for _ in range(steps):
        result = model(new, cache=cache, use_cache=True)
        cache = result.cache
        new = result.logits[:, -1:].argmax(-1)
        output = torch.cat((output, new), 1)
    return output

# %% 2 right: a list in the place of a tensor
def greedy(ids, steps):
    out = ids.tolist()
    for _ in range(steps):
        out[0] += [max(enumerate(model(torch.tensor(out)).logits[0, -1].tolist()), key=lambda pair: pair[1])[0]]
    return out

# %% 2 wrong: the library's generate | do not call generate
def greedy(ids, steps):
    return model.generate(ids, do_sample=False, max_new_tokens=steps)

# %% 2 wrong: one step too few
def greedy(ids, steps):
    for _ in range(steps - 1):
        ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)
    return ids

# %% 2 wrong: the new tokens alone | prompt
def greedy(ids, steps):
    start = ids.shape[1]
    for _ in range(steps):
        ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)
    return ids[:, start:]

# %% 2 wrong: the first position's logits | last position
def greedy(ids, steps):
    for _ in range(steps):
        ids = torch.cat([ids, model(ids).logits[:, :1].argmax(-1)], dim=1)
    return ids

# %% 2 wrong: the prompt never grows
def greedy(ids, steps):
    new = [model(ids).logits[:, -1:].argmax(-1) for _ in range(steps)]
    return torch.cat([ids, *new], dim=1)

# %% 2 wrong: sampled | most probable
def greedy(ids, steps):
    torch.manual_seed(1)
    for _ in range(steps):
        probabilities = model(ids).logits[:, -1].softmax(-1)
        ids = torch.cat([ids, torch.multinomial(probabilities, 1)], dim=1)
    return ids

# %% 2 wrong: put in front
def greedy(ids, steps):
    for _ in range(steps):
        ids = torch.cat([model(ids).logits[:, -1:].argmax(-1), ids], dim=1)
    return ids

# %% 2 wrong: only the last token given to the model
def greedy(ids, steps):
    for _ in range(steps):
        ids = torch.cat([ids, model(ids[:, -1:]).logits[:, -1:].argmax(-1)], dim=1)
    return ids

# %% 2 wrong: nothing returned | return
def greedy(ids, steps):
    for _ in range(steps):
        ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)

# %% 3 right: lambda
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: -pair[0] / len(pair[1]) ** length_penalty)

# %% 3 right: in place
def best_first(candidates, length_penalty):
    candidates.sort(key=lambda pair: pair[0] / len(pair[1]) ** length_penalty, reverse=True)
    return candidates

# %% 3 right: scores in a list, a tuple back
def best_first(candidates, length_penalty):
    scores = [total / pow(len(tokens), length_penalty) for total, tokens in candidates]
    places = sorted(range(len(scores)), key=scores.__getitem__)[::-1]
    return tuple(candidates[place] for place in places)

# %% 3 right: torch
def best_first(candidates, length_penalty):
    totals = torch.tensor([c[0] for c in candidates])
    lengths = torch.tensor([float(len(c[1])) for c in candidates])
    return [candidates[i] for i in (totals / lengths**length_penalty).argsort(descending=True).tolist()]

# %% 3 wrong: worst first | best
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: pair[0] / len(pair[1]) ** length_penalty)

# %% 3 wrong: multiplied | divide
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: -pair[0] * len(pair[1]) ** length_penalty)

# %% 3 wrong: a factor
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: pair[0] / (len(pair[1]) * length_penalty), reverse=True)

# %% 3 wrong: the penalty ignored
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: pair[0] / len(pair[1]), reverse=True)

# %% 3 wrong: no division
def best_first(candidates, length_penalty):
    return sorted(candidates, reverse=True)

# %% 3 wrong: absolute value
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: abs(pair[0]) / len(pair[1]) ** length_penalty, reverse=True)

# %% 3 wrong: subtracted
def best_first(candidates, length_penalty):
    return sorted(candidates, key=lambda pair: pair[0] - length_penalty * len(pair[1]), reverse=True)

# %% 3 wrong: only the best | all candidates
def best_first(candidates, length_penalty):
    return [max(candidates, key=lambda pair: pair[0] / len(pair[1]) ** length_penalty)]

# %% 3 wrong: sorted, and nothing returned | return
def best_first(candidates, length_penalty):
    candidates.sort(key=lambda pair: pair[0] / len(pair[1]) ** length_penalty, reverse=True)

# %% 4 right: in place
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n + 1):
        if ids[i : i + n - 1] == ids[len(ids) - n + 1 :]:
            scores[ids[i + n - 1]] = float("-inf")
    return scores

# %% 4 right: a copy, and a set of runs
def ban_ngrams(ids, scores, n):
    runs = {tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)}
    last = tuple(ids[len(ids) - (n - 1) :]) if n > 1 else ()
    changed = scores.clone()
    for token in range(len(scores)):
        if (*last, token) in runs:
            changed[token] = -torch.inf
    return changed

# %% 4 right: a mask
def ban_ngrams(ids, scores, n):
    mask = torch.zeros_like(scores, dtype=torch.bool)
    if len(ids) >= n:
        table = torch.tensor(ids).unfold(0, n, 1)
        same = (table[:, :-1] == torch.tensor(ids[len(ids) - n + 1 :]).long()).all(dim=1)
        mask[table[same, -1]] = True
    return scores.masked_fill(mask, float("-inf"))

# %% 4 right: a dictionary, as the library does, and a list of scores back
def ban_ngrams(ids, scores, n):
    following = {}
    for run in zip(*[ids[i:] for i in range(n)]):
        following.setdefault(run[:-1], []).append(run[-1])
    key = tuple(ids[-(n - 1) :]) if n > 1 else ()
    values = scores.tolist()
    for token in following.get(key, []):
        values[token] = -float("inf")
    return torch.tensor(values)

# %% 4 wrong: the library's own | do not call the library
def ban_ngrams(ids, scores, n):
    from transformers import NoRepeatNGramLogitsProcessor

    return NoRepeatNGramLogitsProcessor(n)(torch.tensor([ids]), scores[None])[0]

# %% 4 wrong: every token that occurred
def ban_ngrams(ids, scores, n):
    scores[ids] = -torch.inf
    return scores

# %% 4 wrong: pairs whatever n says | n = 3
def ban_ngrams(ids, scores, n):
    for first, second in zip(ids, ids[1:]):
        if first == ids[-1]:
            scores[second] = -torch.inf
    return scores

# %% 4 wrong: runs of n + 1
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n):
        if ids[i : i + n] == ids[-n:]:
            scores[ids[i + n]] = -torch.inf
    return scores

# %% 4 wrong: only the last place | every earlier place
def ban_ngrams(ids, scores, n):
    last = ids[len(ids) - n + 1 :]
    for i in reversed(range(len(ids) - n + 1)):
        if ids[i : i + n - 1] == last:
            scores[ids[i + n - 1]] = -torch.inf
            break
    return scores

# %% 4 wrong: zero for −∞
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n + 1):
        if ids[i : i + n - 1] == ids[len(ids) - n + 1 :]:
            scores[ids[i + n - 1]] = 0
    return scores

# %% 4 wrong: the last run left out, so none overlaps | overlap
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n):
        if ids[i : i + n - 1] == ids[len(ids) - n + 1 :]:
            scores[ids[i + n - 1]] = -torch.inf
    return scores

# %% 4 wrong: n = 1 forgotten, a slice from minus zero | n = 1
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n + 1):
        if ids[i : i + n - 1] == ids[-n + 1 :]:
            scores[ids[i + n - 1]] = -torch.inf
    return scores

# %% 4 wrong: changed in place, and nothing returned | return
def ban_ngrams(ids, scores, n):
    for i in range(len(ids) - n + 1):
        if ids[i : i + n - 1] == ids[len(ids) - n + 1 :]:
            scores[ids[i + n - 1]] = -torch.inf

# %% 5 right: the lesson's way, with heapq
import heapq

def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, ())]
    for _ in range(steps):
        candidates = []
        for score, path in kept:
            for token, value in enumerate(next_log_probabilities(list(path))):
                candidates.append((score + value, (*path, token)))
        kept = heapq.nlargest(beams, candidates)
    return kept

# %% 5 right: a comprehension
def beam_search(next_log_probabilities, beams, steps):
    found = [(0, [])]
    for step in range(steps):
        found = sorted(
            ((s + p, t + [i]) for s, t in found for i, p in enumerate(next_log_probabilities(t))), key=lambda c: -c[0]
        )[:beams]
    return found

# %% 5 right: torch, only the best of each beam
def beam_search(next_log_probabilities, beams, steps):
    kept = [(torch.tensor(0.0, dtype=torch.float64), [])]
    for _ in range(steps):
        candidates = []
        for score, tokens in kept:
            scores = torch.tensor(next_log_probabilities(tokens), dtype=torch.float64)
            top = scores.topk(min(beams, len(scores)))
            for value, token in zip(top.values, top.indices):
                candidates.append((score + value, tokens + [token.item()]))
        candidates.sort(key=lambda pair: float(pair[0]), reverse=True)
        kept = candidates[:beams]
    return kept

# %% 5 right: recursion
def beam_search(next_log_probabilities, beams, steps):
    if steps == 0:
        return [(0.0, [])]
    shorter = beam_search(next_log_probabilities, beams, steps - 1)
    longer = [(s + p, [*t, i]) for s, t in shorter for i, p in enumerate(next_log_probabilities(t))]
    return sorted(longer, reverse=True)[:beams]

# %% 5 wrong: greedy
def beam_search(next_log_probabilities, beams, steps):
    score, path = 0.0, []
    for _ in range(steps):
        values = next_log_probabilities(path)
        token = values.index(max(values))
        score, path = score + values[token], [*path, token]
    return [(score, path)]

# %% 5 wrong: cut off only in the end | at each step
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps):
        kept = [(s + p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
    return sorted(kept, reverse=True)[:beams]

# %% 5 wrong: worst first
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps):
        longer = [(s + p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer)[:beams]
    return kept

# %% 5 wrong: only the last log-probability counts | sum
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps):
        longer = [(p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer, reverse=True)[:beams]
    return kept

# %% 5 wrong: each beam keeps its own best
def beam_search(next_log_probabilities, beams, steps):
    first = sorted(((p, [i]) for i, p in enumerate(next_log_probabilities([]))), reverse=True)[:beams]
    kept = first
    for _ in range(steps - 1):
        longer = []
        for score, tokens in kept:
            values = next_log_probabilities(tokens)
            token = values.index(max(values))
            longer.append((score + values[token], [*tokens, token]))
        kept = sorted(longer, reverse=True)
    return kept

# %% 5 wrong: one step too many
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps + 1):
        longer = [(s + p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer, reverse=True)[:beams]
    return kept

# %% 5 wrong: the example's two beams hard-coded
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps):
        longer = [(s + p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer, reverse=True)[:2]
    return kept

# %% 5 wrong: probabilities multiplied | log-probability
from math import exp

def beam_search(next_log_probabilities, beams, steps):
    kept = [(1.0, [])]
    for _ in range(steps):
        longer = [(s * exp(p), [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer, reverse=True)[:beams]
    return kept

# %% 5 wrong: only the best beam returned
def beam_search(next_log_probabilities, beams, steps):
    kept = [(0.0, [])]
    for _ in range(steps):
        longer = [(s + p, [*t, i]) for s, t in kept for i, p in enumerate(next_log_probabilities(t))]
        kept = sorted(longer, reverse=True)[:beams]
    return kept[:1]
