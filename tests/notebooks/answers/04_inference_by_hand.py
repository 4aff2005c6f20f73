# Answers to the exercises of lesson 04, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: a 0-d tensor as the index
import torch
def winner(logits, names):
    return names[logits.argmax()]

# %% 1 right: softmax first
import torch
def winner(logits, names):
    probabilities = torch.softmax(logits, dim=-1)[0]
    best = probabilities.argmax().item()
    return names[best]

# %% 1 right: pairs of logit and name, without argmax
import torch
def winner(logits, names):
    best_logit, best_name = max(zip(logits[0].tolist(), names))
    return best_name

# %% 1 right: a dictionary as in a config, and numpy
import torch
import numpy as np
def winner(logits, names):
    id2label = dict(enumerate(names))
    return id2label[int(np.argmax(logits.numpy(), axis=1)[0])]

# %% 1 wrong: the place | place
import torch
def winner(logits, names):
    return int(logits.argmax())

# %% 1 wrong: the place as a tensor | place
import torch
def winner(logits, names):
    return logits.argmax(dim=-1)

# %% 1 wrong: the smallest
import torch
def winner(logits, names):
    return names[int(logits.argmin())]

# %% 1 wrong: the largest without its sign | negative
import torch
def winner(logits, names):
    return names[int(logits.abs().argmax())]

# %% 1 wrong: hard-coded from the example
import torch
def winner(logits, names):
    return "dog"

# %% 1 wrong: counted from 1
import torch
def winner(logits, names):
    return names[int(logits.argmax()) - 1]

# %% 1 wrong: no return | return
import torch
def winner(logits, names):
    names[int(logits.argmax())]

# %% 1 wrong: the name in a list | name
import torch
def winner(logits, names):
    return [names[int(number)] for number in logits.argmax(dim=-1)]

# %% 1 wrong: sampled
import torch
def winner(logits, names):
    torch.manual_seed(1)
    return names[int(torch.multinomial((logits / 100).softmax(dim=-1), 1))]

# %% 1 wrong: the best begins at 0, and all logits may be negative | negative
import torch
def winner(logits, names):
    best, winning = 0, names[0]
    for logit, name in zip(logits[0].tolist(), names):
        if logit > best:
            best, winning = logit, name
    return winning

# %% 1 wrong: a threshold in place of the largest
import torch
def winner(logits, names):
    best = names[0]
    for logit, name in zip(logits[0], names):
        if logit > 0:
            best = name
    return best

# %% 2 right: the lesson's name, and the names set afterwards
model = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model").to(course.device)
model.config.id2label = {0: "bad", 1: "good"}
def classify(texts):
    inputs = tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(model.device)
    with torch.no_grad():
        outputs = model(**inputs)
    return [model.config.id2label[int(number)] for number in outputs.logits.argmax(-1)]

# %% 2 right: probabilities, a comparison and a tuple of names
names = ("bad", "good")
reviewer = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"}, label2id={"bad": 0, "good": 1})
def classify(texts):
    batch = tokenizer(list(texts), padding="longest", return_tensors="pt")
    shares = reviewer(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.softmax(dim=1)
    return [names[int(bad < good)] for bad, good in shares.detach().numpy()]

# %% 2 right: sorted by length within, the order restored
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    inputs = tokenizer([texts[i] for i in order], padding=True, return_tensors="pt")
    with torch.no_grad():
        numbers = classifier(**inputs).logits.argmax(dim=-1).tolist()
    result = [None] * len(texts)
    for i, number in zip(order, numbers):
        result[i] = classifier.config.id2label[number]
    return result

# %% 2 right: a pipeline with one batch
from transformers import pipeline
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
pipe = pipeline("text-classification", model=classifier, tokenizer=tokenizer, device=course.device)
def classify(texts):
    return [result["label"] for result in pipe(texts, batch_size=len(texts))]

# %% 2 wrong: one text after the other | one call
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    return [classifier.config.id2label[int(classifier(**tokenizer(text, return_tensors="pt")).logits.argmax())] for text in texts]

# %% 2 wrong: no attention mask | mask
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    return [classifier.config.id2label[int(number)] for number in classifier(inputs["input_ids"]).logits.argmax(dim=-1)]

# %% 2 wrong: the names exchanged | 0 is bad
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "good", 1: "bad"})
def classify(texts):
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        return [classifier.config.id2label[n] for n in classifier(**inputs).logits.argmax(dim=-1).tolist()]

# %% 2 wrong: argmax over the texts | dim=-1
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        numbers = classifier(**inputs).logits.argmax(dim=0).tolist()
    return [classifier.config.id2label.get(n, "good") for n in numbers]

# %% 2 wrong: argmax over all | one answer for each text
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        return [classifier.config.id2label[int(classifier(**inputs).logits.argmax()) % 2]]

# %% 2 wrong: the classes have no names of their own | bad or good
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model")
def classify(texts):
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        return [classifier.config.id2label[n] for n in classifier(**inputs).logits.argmax(dim=-1).tolist()]

# %% 2 wrong: numbers in place of names | bad or good
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    with torch.no_grad():
        return classifier(**tokenizer(texts, padding=True, return_tensors="pt")).logits.argmax(dim=-1).tolist()

# %% 2 wrong: sorted by length, the order lost | order
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    inputs = tokenizer(sorted(texts, key=len), padding=True, return_tensors="pt")
    with torch.no_grad():
        return [classifier.config.id2label[n] for n in classifier(**inputs).logits.argmax(dim=-1).tolist()]

# %% 2 wrong: the pipeline's dictionaries | bad or good
from transformers import pipeline
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
pipe = pipeline("text-classification", model=classifier, tokenizer=tokenizer)
def classify(texts):
    return pipe(texts, batch_size=len(texts))

# %% 2 wrong: a pipeline, one text after the other | one call
from transformers import pipeline
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
pipe = pipeline("text-classification", model=classifier, tokenizer=tokenizer)
def classify(texts):
    return [result["label"] for result in pipe(texts)]

# %% 2 wrong: without return | return
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
def classify(texts):
    with torch.no_grad():
        numbers = classifier(**tokenizer(texts, padding=True, return_tensors="pt")).logits.argmax(dim=-1)

# %% 2 wrong: names of its own beside a model without them | id2label
classifier = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model")
def classify(texts):
    with torch.no_grad():
        numbers = classifier(**tokenizer(texts, padding=True, return_tensors="pt")).logits.argmax(dim=-1)
    return [("bad", "good")[int(n)] for n in numbers]

# %% 2 wrong: the classes guessed from a fresh head | trained weights
from transformers import AutoConfig
torch.manual_seed(2)
config = AutoConfig.from_pretrained("stevhliu/my_awesome_model", id2label={0: "bad", 1: "good"})
classifier = AutoModelForSequenceClassification.from_config(config)
def classify(texts):
    with torch.no_grad():
        numbers = classifier(**tokenizer(texts, padding=True, return_tensors="pt")).logits.argmax(dim=-1)
    return [config.id2label[int(n)] for n in numbers]

# %% 3 right: a loop with "in"
def places(sentence):
    inputs = ner_tokenizer([sentence], return_tensors="pt", return_offsets_mapping=True).to(ner.device)
    offsets = inputs.pop("offset_mapping")
    with torch.no_grad():
        logits = ner(**inputs).logits
    found = []
    for i in range(logits.shape[1]):
        if "location" in ner.config.id2label[logits[0, i].argmax().item()]:
            start, end = offsets[0, i]
            found.append(sentence[start:end])
    return found

# %% 3 right: the ids of the labels, and token_to_chars
def places(sentence):
    wanted = [ner.config.label2id[label] for label in ("B-location", "I-location")]
    encoded = ner_tokenizer(sentence, return_tensors="pt")
    classes = ner(**encoded.to(ner.device)).logits.argmax(-1)[0]
    spans = [encoded.token_to_chars(i) for i, c in enumerate(classes.tolist()) if c in wanted]
    return tuple(sentence[span.start : span.end] for span in spans)

# %% 3 right: the pipeline's tokens
from transformers import pipeline
by_token = pipeline("token-classification", model=ner, tokenizer=ner_tokenizer)
def places(sentence):
    return [sentence[t["start"] : t["end"]] for t in by_token(sentence) if t["entity"].endswith("location")]

# %% 3 right: a generator in list(), offsets as numpy
def places(sentence):
    batch = ner_tokenizer(sentence, return_offsets_mapping=True)
    ids, mask = torch.tensor([batch["input_ids"]]), torch.tensor([batch["attention_mask"]])
    labels = ner(input_ids=ids, attention_mask=mask).logits.detach().numpy()[0].argmax(axis=1)
    return list(sentence[a:b] for (a, b), n in zip(batch["offset_mapping"], labels) if ner.config.id2label[n][2:] == "location")

# %% 3 wrong: in small letters | capitals
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    tokens = ner_tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
    return [token for token, n in zip(tokens, numbers) if ner.config.id2label[n].endswith("location")]

# %% 3 wrong: all names | people
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    return [sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n] != "O"]

# %% 3 wrong: the first tokens only | I-location
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    return [sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n] == "B-location"]

# %% 3 wrong: whole places | one piece for each token
from transformers import pipeline
grouped = pipeline("token-classification", model=ner, tokenizer=ner_tokenizer, aggregation_strategy="simple")
def places(sentence):
    return [sentence[n["start"] : n["end"]] for n in grouped(sentence) if n["entity_group"] == "location"]

# %% 3 wrong: words with a capital letter
def places(sentence):
    return [word.strip(".,") for word in sentence.split()[1:] if word[0].isupper()]

# %% 3 wrong: hard-coded from the example
def places(sentence):
    return ["Paris", "San", "Francisco"]

# %% 3 wrong: shifted by the special token
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()[1:-1]
    return [sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n].endswith("location")]

# %% 3 wrong: without return | return
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()

# %% 3 wrong: a set, which has no order | list
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    return {sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n].endswith("location")}

# %% 3 wrong: each place once | as often
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    kinds = [ner.config.id2label[n] for n in numbers]
    return list(dict.fromkeys(sentence[a:b] for (a, b), kind in zip(offsets, kinds) if kind.endswith("location")))

# %% 3 wrong: in alphabetical order | order
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    return sorted(sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n].endswith("location"))

# %% 3 wrong: one text | list
def places(sentence):
    inputs = ner_tokenizer(sentence, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    return " ".join(sentence[a:b] for (a, b), n in zip(offsets, numbers) if ner.config.id2label[n].endswith("location"))

# %% 4 right: two loops that keep the best
def best_span(starts, ends):
    best = None
    for first in range(len(starts)):
        for last in range(first, min(first + 10, len(ends))):
            total = starts[first] + ends[last]
            if best is None or total > best[0]:
                best = [total, first, last]
    return best[1:]

# %% 4 right: a matrix of sums
def best_span(s, e):
    sums = torch.tensor(s)[:, None] + torch.tensor(e)[None, :]
    allowed = torch.ones_like(sums).triu().tril(9).bool()
    place = sums.masked_fill(~allowed, float("-inf")).argmax()
    return divmod(int(place), len(e))

# %% 4 right: sorted pairs
import itertools
def best_span(starts, ends):
    pairs = itertools.product(range(len(starts)), range(len(ends)))
    valid = [p for p in pairs if 0 <= p[1] - p[0] < 10]
    return sorted(valid, key=lambda p: -(starts[p[0]] + ends[p[1]]))[0]

# %% 4 right: numpy, the best end of each start
import numpy as np
def best_span(starts, ends):
    last = [i + int(np.argmax(ends[i : i + 10])) for i in range(len(starts))]
    first = int(np.argmax([starts[i] + ends[j] for i, j in enumerate(last)]))
    return first, last[first]

# %% 4 wrong: eleven tokens | eleven
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, min(i + 11, len(ends)))]
    return max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]])

# %% 4 wrong: nine tokens | ten tokens are allowed
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, min(i + 9, len(ends)))]
    return max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]])

# %% 4 wrong: the product | multiply
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, min(i + 10, len(ends)))]
    return max(pairs, key=lambda pair: starts[pair[0]] * ends[pair[1]])

# %% 4 wrong: the best start, then the best end | best start first
def best_span(starts, ends):
    first = max(range(len(starts)), key=lambda i: starts[i])
    return first, max(range(first, min(first + 10, len(ends))), key=lambda i: ends[i])

# %% 4 wrong: the best end, then the best start
def best_span(starts, ends):
    last = max(range(len(ends)), key=lambda i: ends[i])
    return max(range(max(0, last - 9), last + 1), key=lambda i: starts[i]), last

# %% 4 wrong: the largest of each alone | before the start
def best_span(starts, ends):
    return int(torch.tensor(starts).argmax()), int(torch.tensor(ends).argmax())

# %% 4 wrong: the end comes after the start | one token
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts) - 1) for j in range(i + 1, min(i + 10, len(ends)))]
    return max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]])

# %% 4 wrong: the first ten tokens of the text only | counted from the start
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, len(ends)) if j < 10 or i == j]
    return max([p for p in pairs if p[1] < 10], key=lambda pair: starts[pair[0]] + ends[pair[1]])

# %% 4 wrong: only among the three best starts and the three best ends | largest sum
def best_span(starts, ends):
    firsts = sorted(range(len(starts)), key=lambda i: starts[i], reverse=True)[:3]
    lasts = sorted(range(len(ends)), key=lambda j: ends[j], reverse=True)[:3]
    pairs = [(i, j) for i in firsts for j in lasts if i <= j < i + 10]
    return max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]], default=(0, 0))

# %% 4 wrong: any length
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, len(ends))]
    return max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]])

# %% 4 wrong: the best begins at 0, and all sums may be negative | negative
def best_span(starts, ends):
    best, answer = 0, None
    for i in range(len(starts)):
        for j in range(i, min(i + 10, len(ends))):
            if starts[i] + ends[j] > best:
                best, answer = starts[i] + ends[j], (i, j)
    return answer

# %% 4 wrong: the sum in place of the pair | pair
def best_span(starts, ends):
    return max(starts[i] + ends[j] for i in range(len(starts)) for j in range(i, min(i + 10, len(ends))))

# %% 4 wrong: hard-coded from the example
def best_span(starts, ends):
    return 2, 3

# %% 4 wrong: the stub, emptied | return
def best_span(starts, ends):
    pass

# %% 4 wrong: the end is not included
def best_span(starts, ends):
    pairs = [(i, j) for i in range(len(starts)) for j in range(i, min(i + 10, len(ends)))]
    first, last = max(pairs, key=lambda pair: starts[pair[0]] + ends[pair[1]])
    return first, last + 1

# %% 5 right: nonzero, and the ids as a list
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    [[_, place]] = (inputs["input_ids"] == mask_tokenizer.mask_token_id).nonzero().tolist()
    with torch.no_grad():
        scores = masked(**inputs).logits[0][place]
    return [word.strip() for word in map(mask_tokenizer.decode, scores.topk(k)[1].tolist())]

# %% 5 right: a boolean index, probabilities and sort
def fill(text, k):
    before, after = text.split("___")
    batch = mask_tokenizer([before + mask_tokenizer.mask_token + after], return_tensors="pt").to(masked.device)
    hidden = batch["input_ids"] == mask_tokenizer.mask_token_id
    probabilities = masked(**batch).logits[hidden][0].softmax(dim=-1)
    best = probabilities.sort(descending=True).indices[:k]
    return [mask_tokenizer.decode([int(i)]).strip() for i in best]

# %% 5 right: numpy, and the lesson's name for a model
import numpy as np
model, tokenizer = masked, mask_tokenizer
def fill(text, k):
    ids = tokenizer.encode(text.replace("___", tokenizer.mask_token))
    logits = model(torch.tensor([ids], device=model.device)).logits.detach().cpu().numpy()
    row = logits[0, ids.index(tokenizer.mask_token_id)]
    words = []
    for number in np.argsort(-row)[:k]:
        words.append(tokenizer.decode(int(number)).strip())
    return words

# %% 5 wrong: the pipeline | without a pipeline
from transformers import pipeline
pipe = pipeline("fill-mask", model=masked, tokenizer=mask_tokenizer)
def fill(text, k):
    return [guess["token_str"].strip() for guess in pipe(text.replace("___", mask_tokenizer.mask_token), top_k=k)]

# %% 5 wrong: the last place | where the mask stands
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, -2].topk(k).indices]

# %% 5 wrong: the place of the example
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, 4].topk(k).indices]

# %% 5 wrong: words counted in place of tokens | where the mask stands
def fill(text, k):
    place = text.split().index("___") + 1
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(k).indices]

# %% 5 wrong: the special token at the beginning forgotten
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id) - 1
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(k).indices]

# %% 5 wrong: a set | list
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return {mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(k).indices}

# %% 5 wrong: always three | 4 tokens
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(3).indices]

# %% 5 wrong: the best one last | best one comes first
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(k).indices.flip(0)]

# %% 5 wrong: ids | texts
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return masked(**inputs).logits[0, place].topk(k).indices.tolist()

# %% 5 wrong: all in one text | list
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return mask_tokenizer.decode(masked(**inputs).logits[0, place].topk(k).indices)

# %% 5 wrong: the least probable
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return [mask_tokenizer.decode(i).strip() for i in masked(**inputs).logits[0, place].topk(k, largest=False).indices]

# %% 5 wrong: spaces around the words | strip
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    place = inputs["input_ids"][0].tolist().index(mask_tokenizer.mask_token_id)
    return [" " + mask_tokenizer.decode(i) for i in masked(**inputs).logits[0, place].topk(k).indices]

# %% 5 wrong: hard-coded from the example
def fill(text, k):
    return (["door", "window", "room"] * k)[:k]

# %% 5 wrong: without return | return
def fill(text, k):
    inputs = mask_tokenizer(text.replace("___", mask_tokenizer.mask_token), return_tensors="pt").to(masked.device)
    masked(**inputs).logits[0].topk(k)
