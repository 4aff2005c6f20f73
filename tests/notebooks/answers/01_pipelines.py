# Answers to the exercises of lesson 01, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: the lesson's call, written out
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", device=course.device, dtype=course.dtype)
[result] = classifier(["Two hours that felt like three."])
score = result["score"]

# %% 1 right: the larger of all classes' scores, rounded
pipe = pipeline(model="stevhliu/my_awesome_model", task="text-classification")
score = round(max(entry["score"] for entry in pipe("Two hours that felt like three.", top_k=None)), 3)

# %% 1 right: by hand, as a tensor
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
model = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model")
tokenizer = AutoTokenizer.from_pretrained("stevhliu/my_awesome_model")
with torch.no_grad():
    score = model(**tokenizer("Two hours that felt like three.", return_tensors="pt")).logits.softmax(-1).max()

# %% 1 wrong: the list | list
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("Two hours that felt like three.")

# %% 1 wrong: the dictionary | dict
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("Two hours that felt like three.")[0]

# %% 1 wrong: the label | str
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("Two hours that felt like three.")[0]["label"]

# %% 1 wrong: another text | same text
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("What a film.")[0]["score"]

# %% 1 wrong: a review of the lesson, which the model finds clearer | same text
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("A dull, badly written film that I could not finish.")[0]["score"]

# %% 1 wrong: the number of the example | not the score
score = 0.93

# %% 1 wrong: the score of the other class | other class
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("Two hours that felt like three.", top_k=None)[-1]["score"]

# %% 1 wrong: in per cent | between 0 and 1
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = 100 * classifier("Two hours that felt like three.")[0]["score"]

# %% 1 wrong: the logit | between 0 and 1
classifier = pipeline("text-classification", model="stevhliu/my_awesome_model", **where)
score = classifier("Two hours that felt like three.", function_to_apply="none")[0]["score"]

# %% 1 wrong: nothing | None
score = None

# %% 2 right: text by text, with next
def positive(texts):
    return [next(e["score"] for e in classifier(text, top_k=None) if e["label"] == "LABEL_1") for text in texts]

# %% 2 right: one minus the score of the other class
def positive(texts):
    return [r["score"] if r["label"] == "LABEL_1" else 1 - r["score"] for r in classifier(texts)]

# %% 2 right: model and tokenizer, a tensor
import torch
def positive(texts):
    inputs = classifier.tokenizer(texts, padding=True, return_tensors="pt").to(classifier.device)
    with torch.no_grad():
        return classifier.model(**inputs).logits.softmax(dim=-1)[:, 1]

# %% 2 right: sorted by label, a numpy array
import numpy as np
def positive(texts):
    rows = [sorted(entries, key=lambda entry: entry["label"]) for entries in classifier(list(texts), top_k=2)]
    return np.array([row[1]["score"] for row in rows])

# %% 2 wrong: the score of the answer | whatever its label
def positive(texts):
    return [result["score"] for result in classifier(texts)]

# %% 2 wrong: the score of the other class | LABEL_0
def positive(texts):
    return [{e["label"]: e["score"] for e in entries}["LABEL_0"] for entries in classifier(texts, top_k=None)]

# %% 2 wrong: 0 where the answer is LABEL_0 | not 0
def positive(texts):
    return [r["score"] if r["label"] == "LABEL_1" else 0 for r in classifier(texts)]

# %% 2 wrong: left out where the answer is LABEL_0 | numbers for 4 texts
def positive(texts):
    return [r["score"] for r in classifier(texts) if r["label"] == "LABEL_1"]

# %% 2 wrong: sorted | order
def positive(texts):
    scores = [next(e["score"] for e in entries if e["label"] == "LABEL_1") for entries in classifier(texts, top_k=None)]
    return sorted(scores, reverse=True)

# %% 2 wrong: the second of the scores, which are not in the classes' order | smaller
def positive(texts):
    return [entries[1]["score"] for entries in classifier(texts, top_k=None)]

# %% 2 wrong: returns in the loop | list
def positive(texts):
    for entries in classifier(texts, top_k=None):
        return {entry["label"]: entry["score"] for entry in entries}["LABEL_1"]

# %% 2 wrong: the entries in place of their scores | number
def positive(texts):
    return [next(e for e in entries if e["label"] == "LABEL_1") for entries in classifier(texts, top_k=None)]

# %% 2 wrong: the scores as texts | number
def positive(texts):
    return [f'{next(e["score"] for e in entries if e["label"] == "LABEL_1"):.1%}' for entries in classifier(texts, top_k=None)]

# %% 2 wrong: prints | return
def positive(texts):
    for entries in classifier(texts, top_k=None):
        print([entry["score"] for entry in entries if entry["label"] == "LABEL_1"])

# %% 2 wrong: hard-coded from the example
def positive(texts):
    return [0.995, 0.015]

# %% 2 wrong: logits | softmax
def positive(texts):
    both = classifier(texts, top_k=None, function_to_apply="none")
    return [next(e["score"] for e in entries if e["label"] == "LABEL_1") for entries in both]

# %% 3 right: the strategy first, in a loop
def names(sentence):
    result = []
    for entity in ner(sentence, aggregation_strategy="first"):
        result += [sentence[entity["start"] : entity["end"]]]
    return result

# %% 3 right: another pipeline, made with the strategy
grouped = pipeline("ner", model=ner.model, tokenizer=ner.tokenizer, aggregation_strategy="max", device=course.device)
def names(sentence):
    return [sentence[slice(e["start"], e["end"])] for e in grouped(sentence)]

# %% 3 right: joined by hand from the tokens
def names(sentence):
    spans = []
    for token in ner(sentence):
        kind = token["entity"].split("-")[-1]
        if spans and token["entity"][0] == "I" and spans[-1][2] == kind:
            spans[-1][1] = token["end"]
        else:
            spans.append([token["start"], token["end"], kind])
    return [sentence[start:end] for start, end, _ in spans]

# %% 3 wrong: the words as the tokenizer writes them | spelled
def names(sentence):
    return [name["word"] for name in ner(sentence, aggregation_strategy="simple")]

# %% 3 wrong: each word begins with a capital letter | spelled
def names(sentence):
    return [name["word"].title() for name in ner(sentence, aggregation_strategy="simple")]

# %% 3 wrong: the tokens are not joined | join
def names(sentence):
    return [sentence[token["start"] : token["end"]] for token in ner(sentence)]

# %% 3 wrong: hard-coded from the example
def names(sentence):
    return ["Nina Simone", "Paris"]

# %% 3 wrong: all words with a capital letter
import re
def names(sentence):
    return [match.strip() for match in re.findall(r"(?:[A-Z]\w+ ?)+", sentence)]

# %% 3 wrong: persons only
def names(sentence):
    found = ner(sentence, aggregation_strategy="simple")
    return [sentence[name["start"] : name["end"]] for name in found if name["entity_group"] == "person"]

# %% 3 wrong: one text | list
def names(sentence):
    return ", ".join(sentence[n["start"] : n["end"]] for n in ner(sentence, aggregation_strategy="simple"))

# %% 3 wrong: the dictionaries | texts
def names(sentence):
    return ner(sentence, aggregation_strategy="simple")

# %% 3 wrong: without return | list
def names(sentence):
    [sentence[n["start"] : n["end"]] for n in ner(sentence, aggregation_strategy="simple")]

# %% 3 wrong: the end is left out | expected
def names(sentence):
    return [sentence[n["start"] : n["end"] - 1] for n in ner(sentence, aggregation_strategy="simple")]

# %% 4 right: normalised vectors and one matrix product
def search(question, notes):
    vectors = torch.stack([extractor(text, return_tensors=True)[0].mean(0) for text in [question, *notes]])
    vectors = torch.nn.functional.normalize(vectors, dim=1)
    return notes[int((vectors[1:] @ vectors[0]).argmax())]

# %% 4 right: numpy, with the lists that the pipeline returns
import numpy as np
def search(question, notes):
    def vec(text):
        v = np.mean(extractor(text)[0], axis=0)
        return v / np.linalg.norm(v)
    q = vec(question)
    return sorted(notes, key=lambda n: vec(n) @ q)[-1]

# %% 4 right: a loop, and the sum in place of the mean, which has the same direction
def search(question, notes):
    best, most = None, -2.0
    q = extractor(question, return_tensors=True)[0].sum(dim=0)
    for note in notes:
        similarity = torch.nn.CosineSimilarity(dim=0)(q, extractor(note, return_tensors=True)[0].sum(dim=0)).item()
        if similarity > most:
            best, most = note, similarity
    return best

# %% 4 wrong: the plain product | cosine
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].mean(dim=0)
    return max(notes, key=lambda note: float(vector(question) @ vector(note)))

# %% 4 wrong: the vector of the first token | mean
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0][0]
    return max(notes, key=lambda note: torch.cosine_similarity(vector(question), vector(note), dim=0))

# %% 4 wrong: the largest value of the tokens | mean
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].amax(dim=0)
    return max(notes, key=lambda note: torch.cosine_similarity(vector(question), vector(note), dim=0))

# %% 4 wrong: the distance without the length taken out
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].sum(dim=0)
    return min(notes, key=lambda note: torch.dist(vector(question), vector(note)))

# %% 4 wrong: the place | note itself
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].mean(dim=0)
    return max(range(len(notes)), key=lambda i: torch.cosine_similarity(vector(question), vector(notes[i]), dim=0))

# %% 4 wrong: the least similar
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].mean(dim=0)
    return min(notes, key=lambda note: torch.cosine_similarity(vector(question), vector(note), dim=0))

# %% 4 wrong: words in common
def search(question, notes):
    return max(notes, key=lambda note: len(set(question.lower().split()) & set(note.lower().split())))

# %% 4 wrong: always the same notes | argument
library = ["The library opens at nine and closes at six.", "Our bakery uses rye flour from a local mill."]
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].mean(dim=0)
    return max(library, key=lambda note: torch.cosine_similarity(vector(question), vector(note), dim=0))

# %% 4 wrong: hard-coded from the example
def search(question, notes):
    return notes[1]

# %% 4 wrong: the note with its similarity | note itself
def search(question, notes):
    def vector(text):
        return extractor(text, return_tensors=True)[0].mean(dim=0)
    return max((float(torch.cosine_similarity(vector(question), vector(note), dim=0)), note) for note in notes)

# %% 4 wrong: the stub, emptied | return
def search(question, notes):
    pass

# %% 4 wrong: the mean of each token, along the wrong axis
def search(question, notes):
    def vector(text):
        means = extractor(text, return_tensors=True)[0].mean(dim=1)
        return torch.nn.functional.pad(means, (0, 100 - len(means)))
    return max(notes, key=lambda note: torch.cosine_similarity(vector(question), vector(note), dim=0))

# %% 5 right: lists of numbers
import math
def inside(text):
    encoded = classifier.tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        first, second = classifier.model(**encoded.to(classifier.device)).logits[0].tolist()
    total = math.exp(first) + math.exp(second)
    return encoded.tokens(), [first, second], [math.exp(first) / total, math.exp(second) / total]

# %% 5 right: a model and a tokenizer of its own, the batch left on
from transformers import AutoModelForSequenceClassification, AutoTokenizer
model = AutoModelForSequenceClassification.from_pretrained("stevhliu/my_awesome_model")
tokenizer = AutoTokenizer.from_pretrained("stevhliu/my_awesome_model")
def inside(text):
    logits = model(**tokenizer([text], return_tensors="pt")).logits
    tokens = ["[CLS]", *tokenizer.tokenize(text), "[SEP]"]
    return [tokens, logits, torch.softmax(logits, dim=1)]

# %% 5 right: numpy
import numpy as np
def inside(text):
    ids = classifier.tokenizer(text)["input_ids"]
    tokens = [classifier.tokenizer.decode([i]) if i > 200 else classifier.tokenizer.convert_ids_to_tokens(i) for i in ids]
    tokens = classifier.tokenizer.convert_ids_to_tokens(ids)
    logits = classifier.model(torch.tensor([ids], device=classifier.device)).logits.detach().float().cpu().numpy()[0]
    shares = np.exp(logits - logits.max())
    return tuple(tokens), logits, shares / shares.sum()

# %% 5 wrong: without the special tokens | special tokens
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return classifier.tokenizer.tokenize(text), logits, logits.softmax(dim=-1)

# %% 5 wrong: ids in place of tokens | convert
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return inputs["input_ids"][0].tolist(), logits, logits.softmax(dim=-1)

# %% 5 wrong: softmax along the batch | softmax
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits
    return classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), logits, logits.softmax(dim=0)

# %% 5 wrong: sigmoid | softmax
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), logits, logits.sigmoid()

# %% 5 wrong: probabilities and logits exchanged | logits
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), logits.softmax(dim=-1), logits

# %% 5 wrong: two things | three
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return logits, logits.softmax(dim=-1)

# %% 5 wrong: the model gets no special tokens | special tokens
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt", add_special_tokens=False).to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    tokens = ["[CLS]", *classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), "[SEP]"]
    return tokens, logits, logits.softmax(dim=-1)

# %% 5 wrong: the pipeline in place of its steps | pipeline
def inside(text):
    tokens = classifier.tokenizer.convert_ids_to_tokens(classifier.tokenizer(text)["input_ids"])
    raw = {r["label"]: r["score"] for r in classifier(text, top_k=None, function_to_apply="none")}
    logits = torch.tensor([raw["LABEL_0"], raw["LABEL_1"]])
    return tokens, logits, logits.softmax(dim=-1)

# %% 5 wrong: only the best probability | two
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
    return classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), logits, logits.softmax(dim=-1).max()

# %% 5 wrong: the text is not used
def inside(text):
    return ["[CLS]", "good", "!", "[SEP]"], torch.tensor([-2.7133, 2.4038]), torch.tensor([0.0060, 0.9940])

# %% 5 wrong: the output of the model in place of its logits | logits
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        output = classifier.model(**inputs)
    return classifier.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), output, output.logits[0].softmax(dim=-1)

# %% 5 wrong: without return | three
def inside(text):
    inputs = classifier.tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        logits = classifier.model(**inputs).logits[0]
