# Answers to the exercises of lesson 03, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: encode
def count_tokens(text):
    return len(tokenizer.encode(text))

# %% 1 right: a tensor's number of elements
def count_tokens(text):
    return tokenizer(text, return_tensors="pt")["input_ids"].numel()

# %% 1 right: another tokenizer object, and the mask added up
from transformers import AutoTokenizer
smollm = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-135M-Instruct")
def count_tokens(text):
    return sum(smollm([text]).attention_mask[0])

# %% 1 right: tokenize, in a loop
def count_tokens(text):
    count = 0
    for token in tokenizer.tokenize(text):
        count += 1
    return count

# %% 1 wrong: words | words
def count_tokens(text):
    return len(text.split())

# %% 1 wrong: characters | characters
def count_tokens(text):
    return len(text)

# %% 1 wrong: the keys of the output | two keys
def count_tokens(text):
    return len(tokenizer(text))

# %% 1 wrong: the texts of the batch | of texts
def count_tokens(text):
    return len(tokenizer(text, return_tensors="pt")["input_ids"])

# %% 1 wrong: the number of the example
def count_tokens(text):
    return 6

# %% 1 wrong: prints | return
def count_tokens(text):
    print(len(tokenizer(text)["input_ids"]))

# %% 1 wrong: each token once | as often
def count_tokens(text):
    return len(set(tokenizer(text)["input_ids"]))

# %% 1 wrong: words and punctuation
import re
def count_tokens(text):
    return len(re.findall(r"\w+|[^\w\s]", text))

# %% 1 wrong: the ids in place of their number | number
def count_tokens(text):
    return tokenizer(text)["input_ids"]

# %% 2 right: names imported alone
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForQuestionAnswering, AutoModelForSeq2SeqLM
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification
answers = [AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForTokenClassification,
           AutoModelForSeq2SeqLM, AutoModelForQuestionAnswering, AutoModel]
choice = dict(zip(jobs.split(", "), answers))

# %% 2 right: a chat model translates
import transformers as t
choice = {}
choice["write a story"] = choice["translate"] = t.AutoModelForCausalLM
choice["find spam"] = t.AutoModelForSequenceClassification
choice["mark the names"] = t.AutoModelForTokenClassification
choice["find the answer"] = t.AutoModelForQuestionAnswering
choice["make vectors"] = t.AutoModel

# %% 2 right: from the ends of the names
ends = {"write a story": "ForCausalLM", "find spam": "ForSequenceClassification", "mark the names": "ForTokenClassification",
        "translate": "ForSeq2SeqLM", "find the answer": "ForQuestionAnswering", "make vectors": ""}
choice = {job: getattr(transformers, "AutoModel" + end) for job, end in ends.items()}

# %% 2 wrong: names in place of classes | the class itself
choice = {
    "write a story": "AutoModelForCausalLM",
    "find spam": "AutoModelForSequenceClassification",
    "mark the names": "AutoModelForTokenClassification",
    "translate": "AutoModelForSeq2SeqLM",
    "find the answer": "AutoModelForQuestionAnswering",
    "make vectors": "AutoModel",
}

# %% 2 wrong: one class for each text, and none for each token | mark the names
choice = {
    "write a story": transformers.AutoModelForCausalLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForSequenceClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: a masked language model writes | next token
choice = {
    "write a story": transformers.AutoModelForMaskedLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: token by token for spam | as a whole
choice = {
    "write a story": transformers.AutoModelForCausalLM,
    "find spam": transformers.AutoModelForTokenClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: the answer is written, not found | first and a last
choice = {
    "write a story": transformers.AutoModelForCausalLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForCausalLM,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: vectors from a head | without a head
choice = {
    "write a story": transformers.AutoModelForCausalLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModelForMaskedLM,
}

# %% 2 wrong: a job with another name | lacks the key 'translate'
choice = {
    "write a story": transformers.AutoModelForCausalLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "Translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: a class of one architecture | Auto
choice = {
    "write a story": transformers.LlamaForCausalLM,
    "find spam": transformers.AutoModelForSequenceClassification,
    "mark the names": transformers.AutoModelForTokenClassification,
    "translate": transformers.AutoModelForSeq2SeqLM,
    "find the answer": transformers.AutoModelForQuestionAnswering,
    "make vectors": transformers.AutoModel,
}

# %% 2 wrong: a list | dictionary
choice = [transformers.AutoModelForCausalLM, transformers.AutoModelForSequenceClassification]

# %% 2 wrong: nothing | dictionary
choice = None

# %% 3 right: lists
expected = {"AutoModel": [4, 9, 16], "AutoModelForMaskedLM": [4, 9, 500]}
expected |= {"AutoModelForSequenceClassification": [4, 7], "AutoModelForTokenClassification": [4, 9, 7]}

# %% 3 right: from the config
texts, tokens = 4, 9
last = [config.vocab_size, config.num_labels, config.num_labels]
expected = {f"AutoModelFor{head}": (texts, tokens, number) for head, number in zip(heads, last)}
expected["AutoModelForSequenceClassification"] = texts, config.num_labels
expected["AutoModel"] = texts, tokens, config.hidden_size

# %% 3 right: torch sizes
import torch
expected = dict(
    AutoModel=torch.Size((4, 9, 16)),
    AutoModelForMaskedLM=torch.Size((4, 9, 500)),
    AutoModelForSequenceClassification=torch.Size((4, 7)),
    AutoModelForTokenClassification=torch.Size((4, 9, 7)),
)

# %% 3 wrong: one answer for each token of a sequence classification | each text or each token
expected = {
    "AutoModel": (4, 9, 16),
    "AutoModelForMaskedLM": (4, 9, 500),
    "AutoModelForSequenceClassification": (4, 9, 7),
    "AutoModelForTokenClassification": (4, 9, 7),
}

# %% 3 wrong: tokens before texts | counts the texts
expected = {
    "AutoModel": (9, 4, 16),
    "AutoModelForMaskedLM": (9, 4, 500),
    "AutoModelForSequenceClassification": (4, 7),
    "AutoModelForTokenClassification": (9, 4, 7),
}

# %% 3 wrong: the width in place of the vocabulary | AutoModelForMaskedLM
expected = {
    "AutoModel": (4, 9, 16),
    "AutoModelForMaskedLM": (4, 9, 16),
    "AutoModelForSequenceClassification": (4, 7),
    "AutoModelForTokenClassification": (4, 9, 7),
}

# %% 3 wrong: one vector for each text | each text or each token
expected = {
    "AutoModel": (4, 16),
    "AutoModelForMaskedLM": (4, 9, 500),
    "AutoModelForSequenceClassification": (4, 7),
    "AutoModelForTokenClassification": (4, 9, 7),
}

# %% 3 wrong: special tokens counted twice | AutoModel
expected = {
    "AutoModel": (4, 11, 16),
    "AutoModelForMaskedLM": (4, 11, 500),
    "AutoModelForSequenceClassification": (4, 7),
    "AutoModelForTokenClassification": (4, 11, 7),
}

# %% 3 wrong: the classes chosen, in place of their scores | each text or each token
expected = {
    "AutoModel": (4, 9, 16),
    "AutoModelForMaskedLM": (4, 9, 500),
    "AutoModelForSequenceClassification": (4,),
    "AutoModelForTokenClassification": (4, 9),
}

# %% 3 wrong: one batch less | counts the texts
expected = {
    "AutoModel": (9, 16),
    "AutoModelForMaskedLM": (9, 500),
    "AutoModelForSequenceClassification": (7,),
    "AutoModelForTokenClassification": (9, 7),
}

# %% 3 wrong: only the last numbers | tuple
expected = {
    "AutoModel": 16,
    "AutoModelForMaskedLM": 500,
    "AutoModelForSequenceClassification": 7,
    "AutoModelForTokenClassification": 7,
}

# %% 3 wrong: texts | tuple
expected = {
    "AutoModel": "(4, 9, 16)",
    "AutoModelForMaskedLM": "(4, 9, 500)",
    "AutoModelForSequenceClassification": "(4, 7)",
    "AutoModelForTokenClassification": "(4, 9, 7)",
}

# %% 3 wrong: the names of the heads | lacks the key
expected = {"AutoModel": (4, 9, 16), "MaskedLM": (4, 9, 500), "SequenceClassification": (4, 7), "TokenClassification": (4, 9, 7)}

# %% 4 right: the head on all vectors
def next_token(text):
    inputs = tokenizer([text], return_tensors="pt").to(course.device)
    with torch.inference_mode():
        hidden = writer.base_model(**inputs)[0]
        logits = writer.lm_head(hidden)
    return tokenizer.decode([int(logits[0, -1].argmax())])

# %% 4 right: the body by its own name, the head as a matrix
def next_token(text):
    ids = tokenizer.encode(text, return_tensors="pt").to(writer.device)
    vector = writer.model(ids).last_hidden_state[:, -1, :]
    scores = vector @ writer.lm_head.weight.T
    [best] = scores.argmax(dim=-1).tolist()
    return tokenizer.decode(best)

# %% 4 right: topk and another name for the model
model = writer
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(model.device)
    with torch.no_grad():
        output = model.get_output_embeddings()(model.base_model(input_ids=inputs.input_ids).last_hidden_state)
    return tokenizer.decode(output[0, -1].topk(1).indices)

# %% 4 right: softmax first, and converted by the vocabulary
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    scores = writer.lm_head(writer.base_model(**inputs).last_hidden_state[0][-1]).softmax(dim=-1)
    token = tokenizer.convert_ids_to_tokens(int(scores.argmax()))
    return tokenizer.convert_tokens_to_string([token])

# %% 4 wrong: the whole model | base_model
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return tokenizer.decode(writer(**inputs).logits[0, -1].argmax())

# %% 4 wrong: the whole model by its forward | base_model
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return tokenizer.decode(writer.forward(**inputs).logits[0, -1].argmax())

# %% 4 wrong: generate | base_model
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    return tokenizer.decode(writer.generate(**inputs, max_new_tokens=1, do_sample=False)[0, -1])

# %% 4 wrong: the vector of the first token | last token
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        scores = writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, 0])
    return tokenizer.decode(scores.argmax())

# %% 4 wrong: the id | string
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return int(writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, -1]).argmax())

# %% 4 wrong: hard-coded from the example | comes
def next_token(text):
    return " time"

# %% 4 wrong: the head is left out | lm_head
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return tokenizer.decode(writer.base_model(**inputs).last_hidden_state[0, -1].argmax())

# %% 4 wrong: the mean of the vectors | last token
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        vector = writer.base_model(**inputs).last_hidden_state[0].mean(dim=0)
    return tokenizer.decode(writer.lm_head(vector).argmax())

# %% 4 wrong: the least probable
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return tokenizer.decode(writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, -1]).argmin())

# %% 4 wrong: sampled
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        scores = writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, -1])
    return tokenizer.decode(torch.multinomial((scores / 3).softmax(dim=-1), 1))

# %% 4 wrong: prints | string
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        print(tokenizer.decode(writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, -1]).argmax()))

# %% 4 wrong: the text with its next token | only the next token
def next_token(text):
    inputs = tokenizer(text, return_tensors="pt").to(writer.device)
    with torch.no_grad():
        return text + tokenizer.decode(writer.lm_head(writer.base_model(**inputs).last_hidden_state[0, -1]).argmax())

# %% 5 right: all heads with view, with gradients
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    vectors = encoder.embeddings(inputs["input_ids"])
    queries = attention.query(vectors).view(-1, 12, size).transpose(0, 1)
    keys = attention.key(vectors).view(-1, 12, size).transpose(0, 1)
    return torch.softmax(queries[number] @ keys[number].mT / size**0.5, dim=1)

# %% 5 right: a loop over the queries
import math
def head_weights(sentence, number):
    ids = encoder_tokenizer.encode(sentence, return_tensors="pt")
    with torch.no_grad():
        x = encoder.embeddings(input_ids=ids)[0]
        q = attention.query(x)[:, number * size : number * size + size]
        k = attention.key(x)[:, number * size : number * size + size]
    rows = [torch.softmax(torch.stack([torch.dot(a, b) for b in k]) / math.sqrt(size), dim=0) for a in q]
    return torch.stack(rows)

# %% 5 right: chunks, and exp by hand
def head_weights(sentence, number):
    inputs = encoder_tokenizer([sentence], return_tensors="pt")
    with torch.no_grad():
        vectors = encoder.embeddings(**{k: v for k, v in inputs.items() if k != "attention_mask"})
        query = attention.query(vectors).split(size, dim=-1)[number][0]
        key = attention.key(vectors).split(size, dim=-1)[number][0]
    e = torch.exp(torch.einsum("id,jd->ij", query, key) / torch.tensor(size).sqrt())
    return e / e.sum(dim=1, keepdim=True)

# %% 5 right: queries and keys from the weights, numpy
import numpy as np
def head_weights(sentence, number):
    own = slice(number * size, (number + 1) * size)
    vectors = encoder.embeddings(encoder_tokenizer(sentence, return_tensors="pt")["input_ids"])[0].detach().numpy()
    parts = [(p.weight.detach().numpy()[own], p.bias.detach().numpy()[own]) for p in (attention.query, attention.key)]
    q, k = (vectors @ weight.T + bias for weight, bias in parts)
    scores = q @ k.T / np.sqrt(size)
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)

# %% 5 wrong: not scaled | size\*\*0.5
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T).softmax(dim=-1)

# %% 5 wrong: divided by the size | root
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size).softmax(dim=-1)

# %% 5 wrong: softmax down the columns | row
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=0)

# %% 5 wrong: keys times queries | rows are queries
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (key @ query.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: heads counted from 1 | head number 0
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice((number - 1) * size, number * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: always head 4
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(4 * size, 5 * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: values in place of keys
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.value(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: no softmax | softmax
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return query @ key.T / size**0.5

# %% 5 wrong: no special tokens | \[CLS\]
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt", add_special_tokens=False)
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: the library's attentions | queries and keys
def head_weights(sentence, number):
    with torch.no_grad():
        output = encoder(**encoder_tokenizer(sentence, return_tensors="pt"), output_attentions=True)
    return output.attentions[0][0, number]

# %% 5 wrong: word vectors without positions | encoder.embeddings
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings.word_embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: the last layer's queries and keys
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    attention = encoder.encoder.layer[-1].attention.self
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[0, :, head], attention.key(vectors)[0, :, head]
    return (query @ key.T / size**0.5).softmax(dim=-1)

# %% 5 wrong: the batch is left on | shape
def head_weights(sentence, number):
    inputs = encoder_tokenizer(sentence, return_tensors="pt")
    head = slice(number * size, (number + 1) * size)
    with torch.no_grad():
        vectors = encoder.embeddings(inputs["input_ids"])
        query, key = attention.query(vectors)[..., head], attention.key(vectors)[..., head]
    return (query @ key.mT / size**0.5).softmax(dim=-1)

# %% 5 wrong: the stub, emptied | return
def head_weights(sentence, number):
    pass
