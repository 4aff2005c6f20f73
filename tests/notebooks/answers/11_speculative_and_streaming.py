# Answers to the exercises of lesson 11. See tools/answers.py.


# %% 1 right: medians of slices
from statistics import median


def speed_up(before, after):
    return median(before[1:]) / median(after[1:])


# %% 1 right: with numpy
import numpy as np


def speed_up(before, after):
    return np.median(before[1:]) / np.median(after[1:])


# %% 1 right: sorts by hand and takes the first element out in place
def speed_up(before, after):
    def middle(times):
        times.pop(0)
        times.sort()
        half = len(times) // 2
        return times[half] if len(times) % 2 else (times[half - 1] + times[half]) / 2

    return middle(before) / middle(after)


# %% 1 right: with torch's quantile
import torch


def speed_up(before, after):
    old, new = (torch.tensor(times[1:], dtype=torch.float64) for times in (before, after))
    return old.quantile(0.5) / new.quantile(0.5)


# %% 1 wrong: new over old | old time over new
from statistics import median


def speed_up(before, after):
    return median(after[1:]) / median(before[1:])


# %% 1 wrong: the warm-up counts | warm-up
from statistics import median


def speed_up(before, after):
    return median(before) / median(after)


# %% 1 wrong: means | medians
from statistics import mean


def speed_up(before, after):
    return mean(before[1:]) / mean(after[1:])


# %% 1 wrong: the fastest run | not the fastest
def speed_up(before, after):
    return min(before[1:]) / min(after[1:])


# %% 1 wrong: seconds saved instead of a ratio
from statistics import median


def speed_up(before, after):
    return median(before[1:]) - median(after[1:])


# %% 1 wrong: prints and does not return | return
from statistics import median


def speed_up(before, after):
    print(median(before[1:]) / median(after[1:]))


# %% 1 wrong: hard-coded from the example
def speed_up(before, after):
    return 2.0


# %% 1 wrong: leaves out the last run, not the first
from statistics import median


def speed_up(before, after):
    return median(before[:-1]) / median(after[:-1])


# %% 2 right: a counter and a slice
def one_step(drafts, answers):
    count = 0
    while count < len(drafts) and drafts[count] == answers[count]:
        count += 1
    return answers[: count + 1]


# %% 2 right: takewhile
from itertools import takewhile


def one_step(drafts, answers):
    accepted = [draft for draft, answer in takewhile(lambda pair: pair[0] == pair[1], zip(drafts, answers))]
    return accepted + [answers[len(accepted)]]


# %% 2 right: as a tensor
import torch


def one_step(drafts, answers):
    answers = torch.tensor(answers)
    same = torch.tensor(drafts, dtype=torch.long) == answers[:-1]
    return answers[: int(same.long().cumprod(0).sum()) + 1]


# %% 2 right: changes the list of drafts in place
def one_step(drafts, answers):
    for place, answer in enumerate(answers):
        if place == len(drafts):
            drafts.append(answer)
        elif drafts[place] != answer:
            drafts[place:] = [answer]
            break
    return drafts


# %% 2 wrong: all that agree, wherever they are | behind a rejected draft
def one_step(drafts, answers):
    return [draft for draft, answer in zip(drafts, answers) if draft == answer] + [answers[-1]]


# %% 2 wrong: no token on top when all are accepted | on top
def one_step(drafts, answers):
    out = []
    for draft, answer in zip(drafts, answers):
        out.append(answer)
        if draft != answer:
            break
    return out


# %% 2 wrong: keeps the wrong draft
def one_step(drafts, answers):
    count = 0
    while count < len(drafts) and drafts[count] == answers[count]:
        count += 1
    return (drafts + answers[-1:])[: count + 1]


# %% 2 wrong: accepted drafts alone
def one_step(drafts, answers):
    count = 0
    while count < len(drafts) and drafts[count] == answers[count]:
        count += 1
    return drafts[:count]


# %% 2 wrong: the last answer instead of the one at the place
def one_step(drafts, answers):
    count = 0
    while count < len(drafts) and drafts[count] == answers[count]:
        count += 1
    return drafts[:count] + [answers[-1]]


# %% 2 wrong: hard-coded from the example
def one_step(drafts, answers):
    return [5, 6, 9]


# %% 2 wrong: all answers
def one_step(drafts, answers):
    return answers


# %% 2 wrong: a list of one element is returned as the number | on top
def one_step(drafts, answers):
    return [answers[0]]


# %% 3 right: drafts counted by what came
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        count = drafted.shape[1] - ids.shape[1]
        answers = large(drafted).logits[0, -count - 1 :].argmax(-1).tolist()
        passes += 1
        step = one_step(drafted[0, ids.shape[1] :].tolist(), answers)
        ids = torch.cat([ids, torch.tensor([step])], 1)
    return ids, passes


# %% 3 right: token by token, with keyword arguments
@torch.no_grad()
def speculate(ids, drafts, new):
    start, passes = ids.shape[1], 0
    while ids.shape[1] - start < new:
        known = ids.shape[1]
        tried = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        scores = large(input_ids=tried).logits[0]
        answers = [int(scores[i].argmax()) for i in range(known - 1, tried.shape[1])]
        passes += 1
        for token in one_step(tried[0, known:].tolist(), answers):
            ids = torch.cat([ids, ids.new_tensor([[token]])], 1)
    return ids, passes


# %% 3 right: drafts with a loop of its own
@torch.no_grad()
def speculate(ids, drafts, new):
    text = ids[0].tolist()
    goal, passes = len(text) + new, 0
    while len(text) < goal:
        tried = list(text)
        for _ in range(drafts):
            tried.append(int(small(torch.tensor([tried])).logits[0, -1].argmax()))
        answers = large(torch.tensor([tried])).logits[0].argmax(-1).tolist()
        passes = passes + 1
        text += one_step(tried[len(text) :], answers[len(text) - 1 :])
    return torch.tensor([text]), passes


# %% 3 wrong: answers one place too far right | last known token
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        known = ids.shape[1]
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        answers = large(drafted).logits[0, known:].argmax(-1).tolist()
        answers += answers[-1:]
        passes += 1
        ids = torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)])], 1)
    return ids, passes


# %% 3 wrong: the small model alone | large
@torch.no_grad()
def speculate(ids, drafts, new):
    return small.generate(ids, max_new_tokens=new, do_sample=False), new // drafts


# %% 3 wrong: one token in each pass | small
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        ids = torch.cat([ids, large(ids).logits[:, -1:].argmax(-1)], 1)
        passes += 1
    return ids, passes


# %% 3 wrong: the library does it, and the count is made up | call `large
@torch.no_grad()
def speculate(ids, drafts, new):
    return large.generate(ids, assistant_model=small, max_new_tokens=new, do_sample=False), new // 2


# %% 3 wrong: an invented count of passes | ran
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        known = ids.shape[1]
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        answers = large(drafted).logits[0, known - 1 :].argmax(-1).tolist()
        ids = torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)])], 1)
    return ids, new // 2


# %% 3 wrong: keeps only the large model's token of each pass | not the large model's text|several tokens
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        known = ids.shape[1]
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        answers = large(drafted).logits[0, known - 1 :].argmax(-1).tolist()
        passes += 1
        ids = torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)[:1]])], 1)
    return ids, passes


# %% 3 wrong: one step only | go on
@torch.no_grad()
def speculate(ids, drafts, new):
    known = ids.shape[1]
    drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
    answers = large(drafted).logits[0, known - 1 :].argmax(-1).tolist()
    return torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)])], 1), 1


# %% 3 wrong: returns the ids only | two things
@torch.no_grad()
def speculate(ids, drafts, new):
    goal = ids.shape[1] + new
    while ids.shape[1] < goal:
        known = ids.shape[1]
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        answers = large(drafted).logits[0, known - 1 :].argmax(-1).tolist()
        ids = torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)])], 1)
    return ids


# %% 3 wrong: runs large twice in each step and counts one | ran
@torch.no_grad()
def speculate(ids, drafts, new):
    goal, passes = ids.shape[1] + new, 0
    while ids.shape[1] < goal:
        known = ids.shape[1]
        drafted = small.generate(ids, max_new_tokens=drafts, do_sample=False)
        answers = large(drafted).logits[0, known - 1 : -1].argmax(-1).tolist()
        answers.append(int(large(drafted).logits[0, -1].argmax()))
        passes += 1
        ids = torch.cat([ids, torch.tensor([one_step(drafted[0, known:].tolist(), answers)])], 1)
    return ids, passes


# %% 4 right: min of one, and a comprehension
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    if random.random() < min(1, p[i] / q[i]):
        return i, True
    return random.choices(range(len(p)), weights=[max(0, a - b) for a, b in zip(p, q)])[0], False


# %% 4 right: with numpy
import numpy as np


def draw(p, q):
    p, q = np.array(p), np.array(q)
    i = np.random.choice(len(q), p=q)
    if np.random.rand() * q[i] < p[i]:
        return int(i), True
    missing = np.clip(p - q, 0, None)
    return int(np.random.choice(len(p), p=missing / missing.sum())), False


# %% 4 right: with torch
def draw(p, q):
    p, q = torch.tensor(p), torch.tensor(q)
    token = torch.multinomial(q, 1)
    kept = torch.rand(1) < p[token] / q[token]
    if not kept:
        token = torch.multinomial((p - q).clamp(min=0), 1)
    return token.item(), kept.item()


# %% 4 wrong: after a rejection from p | after a rejection
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    if random.random() < min(1, p[i] / q[i]):
        return i, True
    return random.choices(range(len(p)), weights=p)[0], False


# %% 4 wrong: after a rejection drafts again
def draw(p, q):
    while True:
        i = random.choices(range(len(q)), weights=q)[0]
        if random.random() < min(1, p[i] / q[i]):
            return i, True


# %% 4 wrong: only the assistant | assistant's tokens
def draw(p, q):
    return random.choices(range(len(q)), weights=q)[0], True


# %% 4 wrong: straight from p, all accepted | sample the draft from q
def draw(p, q):
    return random.choices(range(len(p)), weights=p)[0], True


# %% 4 wrong: straight from p, acceptance made up | sampled from q
def draw(p, q):
    rate = sum(min(a, b) for a, b in zip(p, q))
    return random.choices(range(len(p)), weights=p)[0], random.random() < rate


# %% 4 wrong: accepts with p, not p/q
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    if random.random() < p[i]:
        return i, True
    return random.choices(range(len(p)), weights=[max(0, a - b) for a, b in zip(p, q)])[0], False


# %% 4 wrong: returns the rejected draft | assistant's tokens
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    return i, random.random() < min(1, p[i] / q[i])


# %% 4 wrong: q/p
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    if p[i] and random.random() < min(1, q[i] / p[i]):
        return i, True
    return random.choices(range(len(p)), weights=[max(0, a - b) for a, b in zip(p, q)])[0], False


# %% 4 wrong: the token alone | pair
def draw(p, q):
    i = random.choices(range(len(q)), weights=q)[0]
    if random.random() < min(1, p[i] / q[i]):
        return i
    return random.choices(range(len(p)), weights=[max(0, a - b) for a, b in zip(p, q)])[0]


# %% 5 right: stops and drains
def first_sentence(prompt, stopper):
    inputs = tokenizer(prompt, return_tensors="pt").to(large.device)
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**inputs, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
            break
    thread.join()
    return text[: text.index(".") + 1]


# %% 5 right: a list of pieces and a StoppingCriteriaList
from transformers import StoppingCriteriaList


def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=60)
    criteria = StoppingCriteriaList([stopper])
    Thread(
        target=lambda: large.generate(
            **encoded, max_new_tokens=100, do_sample=False, streamer=streamer, stopping_criteria=criteria
        )
    ).start()
    pieces = []
    for piece in streamer:
        pieces.append(piece)
        if "." in piece:
            stopper.stop.set()
    before, stop, _ = "".join(pieces).partition(".")
    return before + stop


# %% 5 right: character by character
def first_sentence(prompt, stopper):
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
    mask = torch.ones_like(ids)
    thread = Thread(
        target=large.generate,
        args=(ids,),
        kwargs=dict(
            attention_mask=mask, streamer=streamer, do_sample=False, max_new_tokens=100, stopping_criteria=[stopper]
        ),
    )
    thread.start()
    sentence = ""
    for piece in streamer:
        for character in piece:
            if not stopper.stop.is_set():
                sentence += character
            if character == ".":
                stopper.stop.set()
    thread.join()
    return sentence


# %% 5 right: does not wait for the thread
def first_sentence(prompt, stopper):
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = {"streamer": streamer, "do_sample": False, "max_new_tokens": 100, "stopping_criteria": [stopper]}
    Thread(target=large.generate, kwargs=settings | dict(tokenizer(prompt, return_tensors="pt"))).start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
            break
    return text[: text.index(".") + 1]

# %% 5 wrong: does not stop | stop the generation
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = "".join(streamer)
    thread.join()
    return text.split(".")[0] + "."


# %% 5 wrong: the criterion is not passed | pass the criterion
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False)
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
    return text.split(".")[0] + "."


# %% 5 wrong: keeps the prompt | skip_prompt
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
            break
    thread.join()
    return text[: text.index(".") + 1]


# %% 5 wrong: not cut | cut the text
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if text.count(".") == 2:
            stopper.stop.set()
    thread.join()
    return text


# %% 5 wrong: a bare criterion in place of a list, which hangs | \[stopper\]
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=stopper)
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
            break
    thread.join()
    return text[: text.index(".") + 1]


# %% 5 wrong: no streamer, and nothing stops | pass the criterion
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    ids = large.generate(**encoded, max_new_tokens=100, do_sample=False)
    text = tokenizer.decode(ids[0, encoded["input_ids"].shape[1] :])
    return text[: text.index(".") + 1]


# %% 5 wrong: samples
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=True, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
    thread.join()
    return text[: text.index(".") + 1]


# %% 5 wrong: drops the full stop | keep the full stop
def first_sentence(prompt, stopper):
    encoded = tokenizer(prompt, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    settings = dict(**encoded, streamer=streamer, max_new_tokens=100, do_sample=False, stopping_criteria=[stopper])
    thread = Thread(target=large.generate, kwargs=settings)
    thread.start()
    text = ""
    for piece in streamer:
        text += piece
        if "." in text:
            stopper.stop.set()
    thread.join()
    return text.split(".")[0]
