# Answers to the exercises of lesson 07, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: a tensor of the mask
def lengths(batch):
    return torch.tensor([list(row) for row in batch["attention_mask"]]).sum(dim=1).tolist()

# %% 1 right: numpy, an array
import numpy as np
def lengths(batch):
    return np.asarray(batch["attention_mask"]).sum(axis=-1)

# %% 1 right: loops
def lengths(batch):
    result = []
    for row in batch.attention_mask:
        count = 0
        for value in row:
            if value == 1:
                count += 1
        result.append(count)
    return result

# %% 1 right: ids picked by the mask
def lengths(batch):
    pairs = zip(batch["input_ids"], batch["attention_mask"])
    return [len([i for i, keep in zip(ids, mask) if keep]) for ids, mask in pairs]

# %% 1 wrong: ids compared with the padding's | mask
def lengths(batch):
    return [sum(int(i) != gpt2_tokenizer.pad_token_id for i in row) for row in batch["input_ids"]]

# %% 1 wrong: padding counted | leave the padding out
def lengths(batch):
    return [len(row) for row in batch["input_ids"]]

# %% 1 wrong: up to the first padding | left
def lengths(batch):
    rows = [[int(value) for value in row] for row in batch["attention_mask"]]
    return [row.index(0) if 0 in row else len(row) for row in rows]

# %% 1 wrong: list.count, which tensors lack | tensors
def lengths(batch):
    return [row.count(1) for row in batch["attention_mask"]]

# %% 1 wrong: the padding's number
def lengths(batch):
    return [sum(int(value) == 0 for value in row) for row in batch["attention_mask"]]

# %% 1 wrong: the sum of all | list
def lengths(batch):
    return sum(int(sum(row)) for row in batch["attention_mask"])

# %% 1 wrong: hard-coded from the example
def lengths(batch):
    return [4, 2]

# %% 1 wrong: without special tokens
def lengths(batch):
    return [int(sum(row)) - 2 for row in batch["attention_mask"]]

# %% 1 wrong: prints | return
def lengths(batch):
    print([int(sum(row)) for row in batch["attention_mask"]])

# %% 1 wrong: along the wrong axis
def lengths(batch):
    return [sum(int(value) for value in column) for column in zip(*batch["attention_mask"])]

# %% 2 right: numpy
import numpy as np
def pad_rows(rows, pad_id, side):
    width = max(map(len, rows))
    ids, mask = np.full((len(rows), width), pad_id), np.zeros((len(rows), width), dtype=int)
    for number, row in enumerate(rows):
        own = slice(width - len(row), width) if side == "left" else slice(0, len(row))
        ids[number, own], mask[number, own] = row, 1
    return ids.tolist(), mask.tolist()

# %% 2 right: pad_sequence, tensors
from torch.nn.utils.rnn import pad_sequence
def pad_rows(rows, pad_id, side):
    tensors = [torch.tensor(row) for row in rows]
    ids = pad_sequence(tensors, batch_first=True, padding_value=pad_id, padding_side=side)
    mask = pad_sequence([torch.ones_like(t) for t in tensors], batch_first=True, padding_side=side)
    return ids, mask

# %% 2 right: copies that grow in place, a list of two lists
def pad_rows(rows, pad_id, side):
    ids = [row[:] for row in rows]
    mask = [[1 for _ in row] for row in rows]
    longest = len(sorted(rows, key=len)[-1])
    for copy, ones in zip(ids, mask):
        while len(copy) < longest:
            place = 0 if side == "left" else len(copy)
            copy.insert(place, pad_id)
            ones.insert(place, 0)
    return [ids, mask]

# %% 2 right: a helper for both
def pad_rows(rows, pad_id, side):
    n = max([len(r) for r in rows])
    def pad(row, value):
        extra = [value] * (n - len(row))
        return extra + list(row) if side == "left" else list(row) + extra
    return [pad(r, pad_id) for r in rows], [pad([1] * len(r), 0) for r in rows]

# %% 2 wrong: the mask compares ids | count ids
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]
    return ids, [[int(number != pad_id) for number in row] for row in ids]

# %% 2 wrong: always on the right | before the ids
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [r + [pad_id] * (longest - len(r)) for r in rows]
    return ids, [[1] * len(r) + [0] * (longest - len(r)) for r in rows]

# %% 2 wrong: always on the left | after the ids
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[pad_id] * (longest - len(r)) + r for r in rows]
    return ids, [[0] * (longest - len(r)) + [1] * len(r) for r in rows]

# %% 2 wrong: the rows are changed | rows was changed
def pad_rows(rows, pad_id, side):
    longest, mask = max(map(len, rows)), []
    for row in rows:
        missing = longest - len(row)
        mask.append([0] * missing + [1] * len(row) if side == "left" else [1] * len(row) + [0] * missing)
        for _ in range(missing):
            row.insert(0, pad_id) if side == "left" else row.append(pad_id)
    return rows, mask

# %% 2 wrong: the mask is not on the ids' side | same side
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]
    return ids, [[1] * len(r) + [0] * (longest - len(r)) for r in rows]

# %% 2 wrong: zeros and ones exchanged | mask
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]
    mask = [[0] * len(r) + [1] * (longest - len(r)) for r in rows]
    return ids, [row[::-1] for row in mask] if side == "left" else mask

# %% 2 wrong: padding is always 0 | pad_id
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[0] * (longest - len(r)) + r if side == "left" else r + [0] * (longest - len(r)) for r in rows]
    mask = [[1] * len(r) + [0] * (longest - len(r)) for r in rows]
    return ids, [row[::-1] for row in mask] if side == "left" else mask

# %% 2 wrong: only the ids | two lists
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    return [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]

# %% 2 wrong: a dictionary | two lists
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))
    ids = [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]
    return {"input_ids": ids, "attention_mask": [[1] * len(r) for r in rows]}

# %% 2 wrong: cut to the shortest row | longest
def pad_rows(rows, pad_id, side):
    shortest = min(map(len, rows))
    return [row[:shortest] for row in rows], [[1] * shortest for row in rows]

# %% 2 wrong: one padding too many
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows)) + 1
    ids = [[pad_id] * (longest - len(r)) + r if side == "left" else r + [pad_id] * (longest - len(r)) for r in rows]
    mask = [[1] * len(r) + [0] * (longest - len(r)) for r in rows]
    return ids, [row[::-1] for row in mask] if side == "left" else mask

# %% 2 wrong: without return | return
def pad_rows(rows, pad_id, side):
    longest = max(map(len, rows))

# %% 3 right: times the mask
def positions(mask):
    return (mask.cumsum(dim=1) - 1) * mask

# %% 3 right: less the mask, so that padding behind gets a number behind
def positions(mask):
    return torch.cumsum(mask, -1) - mask

# %% 3 right: as in generate, with 1 at the padding, in place on its own tensor
def positions(mask):
    position_ids = mask.long().cumsum(-1) - 1
    position_ids.masked_fill_(mask == 0, 1)
    return position_ids

# %% 3 right: loops over lists
def positions(mask):
    rows = []
    for row in mask.tolist():
        places, count = [], 0
        for value in row:
            places.append(count if value else 0)
            count += value
        rows.append(places)
    return torch.tensor(rows)

# %% 3 right: arange, written where the mask is
def positions(mask):
    result = torch.zeros_like(mask)
    for number, row in enumerate(mask.bool()):
        result[number, row] = torch.arange(int(row.sum()))
    return result

# %% 3 wrong: counted from 1 | place 0
def positions(mask):
    return mask.cumsum(-1)

# %% 3 wrong: the padding before the text counts | padding before
def positions(mask):
    return torch.arange(mask.shape[1]).expand(mask.shape)

# %% 3 wrong: -1 at the padding on the left | -1
def positions(mask):
    return mask.cumsum(-1) - 1

# %% 3 wrong: the mask is changed | changed
def positions(mask):
    return mask.cumsum_(-1).sub(1).clamp(min=0)

# %% 3 wrong: floats | integers
def positions(mask):
    return (mask.float().cumsum(-1) - 1).clamp(min=0)

# %% 3 wrong: along the texts
def positions(mask):
    return (mask.cumsum(0) - 1).clamp(min=0)

# %% 3 wrong: a very large number at the padding | large
def positions(mask):
    return (mask.cumsum(-1) - 1).masked_fill(mask == 0, 10_000)

# %% 3 wrong: counted from the end
def positions(mask):
    return (mask.flip(-1).cumsum(-1).flip(-1) - 1).clamp(min=0)

# %% 3 wrong: without return | return
def positions(mask):
    (mask.cumsum(-1) - 1).clamp(min=0)

# %% 3 wrong: one number for each text | shape
def positions(mask):
    return mask.sum(dim=-1) - 1

# %% 3 wrong: hard-coded from the example | shape
def positions(mask):
    return torch.tensor([[0, 0, 0, 1], [0, 1, 2, 2]])

# %% 3 wrong: only the first text is looked at
def positions(mask):
    return (mask[:1].cumsum(-1) - 1).clamp(min=0).expand(mask.shape)

# %% 3 wrong: the mask in place of places
def positions(mask):
    return mask.clone()

# %% 4 right: padding on the right, each row at its own last token
def next_tokens(texts):
    batch = gpt2_tokenizer(list(texts), padding=True, padding_side="right", return_tensors="pt").to(gpt2.device)
    with torch.no_grad():
        logits = gpt2(**batch).logits
    last = batch["attention_mask"].sum(dim=1) - 1
    best = logits[torch.arange(len(texts)), last].argmax(dim=-1)
    return gpt2_tokenizer.batch_decode(best[:, None])

# %% 4 right: the tokenizer's own side, positions written out, the lesson's names
model, tokenizer = gpt2, gpt2_tokenizer
def next_tokens(texts):
    old, tokenizer.padding_side = tokenizer.padding_side, "left"
    inputs = tokenizer(texts, padding=True, return_tensors="pt").to(model.device)
    tokenizer.padding_side = old
    mask = inputs["attention_mask"]
    position_ids = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.inference_mode():
        logits = model(inputs["input_ids"], attention_mask=mask, position_ids=position_ids).logits[:, -1, :]
    return [tokenizer.decode([i]) for i in logits.argmax(-1).tolist()]

# %% 4 right: padded by hand, sorted within, the order restored
def next_tokens(texts):
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    rows = [gpt2_tokenizer(texts[i])["input_ids"] for i in order]
    ids, mask = (torch.tensor(part) for part in pad_rows(rows, gpt2_tokenizer.pad_token_id, "right"))
    logits = gpt2(input_ids=ids.to(gpt2.device), attention_mask=mask.to(gpt2.device)).logits
    result = [None] * len(texts)
    for place, row, i in zip(mask.sum(1).tolist(), logits, order):
        result[i] = gpt2_tokenizer.decode(row[place - 1].topk(1).indices[0])
    return result

# %% 4 wrong: padding on the left without positions | position_ids
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    with torch.no_grad():
        logits = gpt2(**inputs.to(gpt2.device)).logits[:, -1]
    return [gpt2_tokenizer.decode(number) for number in logits.argmax(dim=-1)]

# %% 4 wrong: padding on the right, read at the end of the row | last token
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")
    with torch.no_grad():
        logits = gpt2(**inputs.to(gpt2.device)).logits[:, -1]
    return [gpt2_tokenizer.decode(number) for number in logits.argmax(dim=-1)]

# %% 4 wrong: positions, but no mask | mask
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt").to(gpt2.device)
    with torch.no_grad():
        logits = gpt2(inputs["input_ids"], position_ids=positions(inputs["attention_mask"])).logits[:, -1]
    return [gpt2_tokenizer.decode(number) for number in logits.argmax(dim=-1)]

# %% 4 wrong: one text after the other | times
def next_tokens(texts):
    result = []
    for text in texts:
        with torch.no_grad():
            logits = gpt2(**gpt2_tokenizer(text, return_tensors="pt").to(gpt2.device)).logits
        result.append(gpt2_tokenizer.decode(logits[0, -1].argmax()))
    return result

# %% 4 wrong: generate | generate
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt").to(gpt2.device)
    output = gpt2.generate(**inputs, max_new_tokens=1, do_sample=False, pad_token_id=gpt2_tokenizer.pad_token_id)
    return [gpt2_tokenizer.decode(row[-1]) for row in output]

# %% 4 wrong: sampled
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    inputs["position_ids"] = positions(inputs["attention_mask"])
    with torch.no_grad():
        shares = (gpt2(**inputs.to(gpt2.device)).logits[:, -1] / 5).softmax(dim=-1)
    return [gpt2_tokenizer.decode(number) for number in torch.multinomial(shares, 1)[:, 0]]

# %% 4 wrong: one place too early
def next_tokens(texts):
    batch = gpt2_tokenizer(texts, padding=True, padding_side="right", return_tensors="pt").to(gpt2.device)
    with torch.no_grad():
        logits = gpt2(**batch).logits
    last = (batch["attention_mask"].sum(dim=1) - 2).clamp(min=0)
    return gpt2_tokenizer.batch_decode(logits[torch.arange(len(texts)), last].argmax(dim=-1)[:, None])

# %% 4 wrong: ids compared with the padding's
def next_tokens(texts):
    batch = gpt2_tokenizer(texts, padding=True, padding_side="right", return_tensors="pt").to(gpt2.device)
    with torch.no_grad():
        logits = gpt2(**batch).logits
    last = (batch["input_ids"] != gpt2_tokenizer.pad_token_id).sum(dim=1) - 1
    return gpt2_tokenizer.batch_decode(logits[torch.arange(len(texts)), last].argmax(dim=-1)[:, None])

# %% 4 wrong: ids in place of tokens | decode
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    inputs["position_ids"] = positions(inputs["attention_mask"])
    with torch.no_grad():
        return gpt2(**inputs.to(gpt2.device)).logits[:, -1].argmax(dim=-1).tolist()

# %% 4 wrong: without the spaces | space
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    inputs["position_ids"] = positions(inputs["attention_mask"])
    with torch.no_grad():
        logits = gpt2(**inputs.to(gpt2.device)).logits[:, -1]
    return [gpt2_tokenizer.decode(number).strip() for number in logits.argmax(dim=-1)]

# %% 4 wrong: sorted by length, the order lost | order
def next_tokens(texts):
    inputs = gpt2_tokenizer(sorted(texts, key=len), padding=True, padding_side="left", return_tensors="pt")
    inputs["position_ids"] = positions(inputs["attention_mask"])
    with torch.no_grad():
        logits = gpt2(**inputs.to(gpt2.device)).logits[:, -1]
    return [gpt2_tokenizer.decode(number) for number in logits.argmax(dim=-1)]

# %% 4 wrong: the first text only | one token for each text
def next_tokens(texts):
    with torch.no_grad():
        logits = gpt2(**gpt2_tokenizer(texts[0], return_tensors="pt").to(gpt2.device)).logits
    return [gpt2_tokenizer.decode(logits[0, -1].argmax())]

# %% 4 wrong: hard-coded from the example | 0 times
def next_tokens(texts):
    return [" Luis", " ¿", " "]

# %% 4 wrong: without return | return
def next_tokens(texts):
    inputs = gpt2_tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    with torch.no_grad():
        gpt2(**inputs.to(gpt2.device))

# %% 5 right: tensors, and sorted from long to short
def padding_share(texts, size):
    batches = [texts[i : i + size] for i in range(0, len(texts), size)]
    masks = [minilm_tokenizer(batch, padding=True, return_tensors="pt")["attention_mask"] for batch in batches]
    return 1 - sum(mask.sum() for mask in masks) / sum(mask.numel() for mask in masks)
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer.tokenize(text)), reverse=True)

# %% 5 right: lengths alone, and sort in place of a copy
def padding_share(texts, size):
    lengths = [len(ids) for ids in minilm_tokenizer(texts)["input_ids"]]
    whole = text = 0
    for start in range(0, len(lengths), size):
        batch = lengths[start : start + size]
        whole += max(batch) * len(batch)
        text += sum(batch)
    return (whole - text) / whole
def sort_texts(texts):
    copy = list(texts)
    copy.sort(key=lambda t: len(minilm_tokenizer(t)["input_ids"]))
    return copy

# %% 5 right: numpy, and a sorted order of places
import numpy as np
def padding_share(texts, size):
    zeros, total = 0, 0
    while texts:
        batch, texts = texts[:size], texts[size:]
        mask = np.array(minilm_tokenizer(batch, padding="longest")["attention_mask"])
        zeros, total = zeros + (mask == 0).sum(), total + mask.size
    return np.float64(zeros / total)
def sort_texts(texts):
    lengths = [len(ids) for ids in minilm_tokenizer(texts).input_ids]
    return [texts[i] for i in np.argsort(lengths)]

# %% 5 wrong: all texts in one batch | by itself
def padding_share(texts, size):
    mask = minilm_tokenizer(texts, padding=True)["attention_mask"]
    return sum(row.count(0) for row in mask) / sum(len(row) for row in mask)
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: the mean of the batches' shares | divide once
def padding_share(texts, size):
    shares = []
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        shares.append(sum(row.count(0) for row in mask) / sum(len(row) for row in mask))
    return sum(shares) / len(shares)
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: the share of the text | share of the text
def padding_share(texts, size):
    ones = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        ones += sum(row.count(1) for row in mask)
        total += sum(len(row) for row in mask)
    return ones / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: the last batch is left out | smaller
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts) - size + 1, size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: padding over text | all positions
def padding_share(texts, size):
    padding = ones = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        ones += sum(row.count(1) for row in mask)
    return padding / ones
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: in per cent | between 0 and 1
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return 100 * padding / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: the size is always 4
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), 4):
        mask = minilm_tokenizer(texts[start : start + 4], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: sorted already within the share
def padding_share(texts, size):
    padding = total = 0
    texts = sorted(texts, key=len)
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: no special tokens | special tokens
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True, add_special_tokens=False)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(texts, key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: alphabetical order | alphabet
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(texts)

# %% 5 wrong: list.sort, which returns None | None
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return list(texts).sort(key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: texts that occur more than once are lost | as often
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(set(texts), key=lambda text: len(minilm_tokenizer(text)["input_ids"]))

# %% 5 wrong: the lengths in place of the texts | texts
def padding_share(texts, size):
    padding = total = 0
    for start in range(0, len(texts), size):
        mask = minilm_tokenizer(texts[start : start + size], padding=True)["attention_mask"]
        padding += sum(row.count(0) for row in mask)
        total += sum(len(row) for row in mask)
    return padding / total
def sort_texts(texts):
    return sorted(len(minilm_tokenizer(text)["input_ids"]) for text in texts)

# %% 5 wrong: the stubs, emptied | return
def padding_share(texts, size):
    pass
def sort_texts(texts):
    pass
