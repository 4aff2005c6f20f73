# Answers to the exercises of lesson 05, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: int of a quotient
def numbers_per_head(config):
    return int(config.hidden_size / config.num_attention_heads)

# %% 1 right: divmod
def numbers_per_head(cfg):
    quotient, rest = divmod(cfg.hidden_size, cfg.num_attention_heads)
    assert rest == 0
    return quotient

# %% 1 right: getattr by name
def numbers_per_head(config):
    width, heads = (getattr(config, name) for name in ("hidden_size", "num_attention_heads"))
    return width // heads

# %% 1 right: GPT-2's own names where they exist
def numbers_per_head(config):
    if config.model_type == "gpt2":
        return config.n_embd // config.n_head
    return config.hidden_size // config.num_attention_heads

# %% 1 wrong: a float | //
def numbers_per_head(config):
    return config.hidden_size / config.num_attention_heads

# %% 1 wrong: GPT-2's own names | every config
def numbers_per_head(config):
    return config.n_embd // config.n_head

# %% 1 wrong: hard-coded from the example
def numbers_per_head(config):
    return 32

# %% 1 wrong: divided by the layers | number of heads
def numbers_per_head(config):
    return config.hidden_size // config.num_hidden_layers

# %% 1 wrong: upside down
def numbers_per_head(config):
    return config.num_attention_heads // config.hidden_size

# %% 1 wrong: the inner width of the feed-forward part | every config|not
def numbers_per_head(config):
    return 4 * config.hidden_size // config.num_attention_heads

# %% 1 wrong: prints | return
def numbers_per_head(config):
    print(config.hidden_size // config.num_attention_heads)

# %% 1 wrong: a text | int
def numbers_per_head(config):
    return f"{config.hidden_size // config.num_attention_heads} numbers"

# %% 1 wrong: the rest in place of the quotient
def numbers_per_head(config):
    return config.hidden_size % config.num_attention_heads

# %% 2 right: a config, changed before the model is made, and a tensor
from transformers import AutoConfig
def loss_with(activation):
    config = AutoConfig.from_pretrained(path)
    config.activation_function = activation
    model = AutoModelForCausalLM.from_pretrained(path, config=config, dtype=torch.float32)
    ids = tokenizer(sentence, return_tensors="pt")["input_ids"]
    return model(ids, labels=ids).loss

# %% 2 right: the cross entropy by hand
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation).float()
    ids = tokenizer.encode(sentence, return_tensors="pt")
    with torch.no_grad():
        logits = model(ids).logits
    return torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:]).item()

# %% 2 right: the class by name, labels as a copy, a numpy number
from transformers import GPT2LMHeadModel
def loss_with(name):
    gpt2 = GPT2LMHeadModel.from_pretrained(path, activation_function=name)
    batch = tokenizer([sentence], return_tensors="pt")
    batch["labels"] = batch["input_ids"].clone()
    with torch.no_grad():
        return gpt2(**batch)["loss"].float().numpy()

# %% 2 wrong: the activation is not used | always the same
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path)
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.item()

# %% 2 wrong: the config is changed after the model was made | always the same
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path)
    model.config.activation_function = activation
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.item()

# %% 2 wrong: fresh weights | trained weights
from transformers import AutoConfig
def loss_with(activation):
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(path, activation_function=activation))
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.item()

# %% 2 wrong: no labels | labels
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    with torch.no_grad():
        return model(**tokenizer(sentence, return_tensors="pt")).loss

# %% 2 wrong: the perplexity | exp
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.exp().item()

# %% 2 wrong: labels shifted by hand, which the model does again | shift
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    ids = tokenizer(sentence, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model(ids[:, :-1], labels=ids[:, 1:]).loss.item()

# %% 2 wrong: the logits | one number
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).logits

# %% 2 wrong: prints | return
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    inputs = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        print(model(**inputs, labels=inputs["input_ids"]).loss.item())

# %% 2 wrong: another sentence
def loss_with(activation):
    model = AutoModelForCausalLM.from_pretrained(path, activation_function=activation)
    inputs = tokenizer("The train left the station at eight in the morning.", return_tensors="pt")
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.item()

# %% 2 wrong: hard-coded from the example
def loss_with(activation):
    return 3.1

# %% 3 right: the mean of all tokens' costs, as a tensor
from math import exp
def perplexity(model, texts):
    costs = []
    for text in texts:
        ids = tokenizer(text, return_tensors="pt")["input_ids"].to(model.device)
        with torch.no_grad():
            logits = model(ids).logits[0, :-1]
        costs.append(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="none"))
    return torch.cat(costs).mean().exp()

# %% 3 right: as in the lesson, on course.device
from math import exp
def loss(model, text):
    inputs = tokenizer(text, return_tensors="pt").to(course.device)
    with torch.no_grad():
        return model(**inputs, labels=inputs["input_ids"]).loss.item()
def perplexity(model, texts):
    sizes = [len(tokenizer(text)["input_ids"]) - 1 for text in texts]
    return exp(sum(loss(model, text) * size for text, size in zip(texts, sizes)) / sum(sizes))

# %% 3 right: one padded batch
from math import exp
def perplexity(lm, texts):
    rows = [torch.tensor(tokenizer(text)["input_ids"]) for text in texts]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
    with torch.no_grad():
        return exp(lm(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss)

# %% 3 right: a weighted mean with numpy
from math import exp
import numpy as np
def perplexity(model, texts):
    losses, weights = [], []
    for inputs in (tokenizer(text, return_tensors="pt") for text in texts):
        losses.append(float(model(**inputs, labels=inputs["input_ids"]).loss.detach()))
        weights.append(inputs["input_ids"].numel() - 1)
    return np.exp(np.average(losses, weights=weights))

# %% 3 right: log probabilities added one by one
from math import exp
def perplexity(model, texts):
    total = n = 0
    for text in texts:
        ids = tokenizer.encode(text)
        with torch.no_grad():
            logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        for i in range(1, len(ids)):
            total, n = total - logs[i - 1, ids[i]].item(), n + 1
    return exp(total / n)

# %% 3 wrong: the mean of the texts' losses | here all texts have the same weight
from math import exp
def perplexity(model, texts):
    losses = []
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            losses.append(model(**inputs, labels=inputs["input_ids"]).loss.item())
    return exp(sum(losses) / len(losses))

# %% 3 wrong: the mean of the texts' perplexities | at the end
from math import exp
def perplexity(model, texts):
    values = []
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            values.append(exp(model(**inputs, labels=inputs["input_ids"]).loss))
    return sum(values) / len(values)

# %% 3 wrong: exp of each text, weighted | at the end
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = inputs["input_ids"].shape[1] - 1
        with torch.no_grad():
            total += exp(model(**inputs, labels=inputs["input_ids"]).loss) * n
        count += n
    return total / count

# %% 3 wrong: no exp | exp of the mean
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = inputs["input_ids"].shape[1] - 1
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return total / count

# %% 3 wrong: n tokens weigh n | n - 1
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = inputs["input_ids"].shape[1]
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: all texts joined | join
from math import exp
def perplexity(model, texts):
    inputs = tokenizer(" ".join(texts), return_tensors="pt")
    with torch.no_grad():
        return exp(model(**inputs, labels=inputs["input_ids"]).loss)

# %% 3 wrong: padding counts as text
from math import exp
def perplexity(model, texts):
    rows = [torch.tensor(tokenizer(text)["input_ids"]) for text in texts]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.eos_token_id)
    with torch.no_grad():
        return exp(model(ids, labels=ids).loss)

# %% 3 wrong: the argument model is not used | argument
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = inputs["input_ids"].shape[1] - 1
        with torch.no_grad():
            total += trained(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: the first text only | return after the loop
from math import exp
def perplexity(model, texts):
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            return exp(model(**inputs, labels=inputs["input_ids"]).loss)

# %% 3 wrong: n is the number of the tokenizer's results | Is your n the number of tokens
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = len(inputs) - 1
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: n is the number of rows | Is your n the number of tokens
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = len(inputs["input_ids"])
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: n is the number of words | tokens, not words
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = len(text.split())
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: n is the number of words, minus one | tokens, not words
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = len(text.split()) - 1
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return exp(total / count)

# %% 3 wrong: all texts joined, without a space | do not join
from math import exp
def perplexity(model, texts):
    inputs = tokenizer("".join(texts), return_tensors="pt")
    with torch.no_grad():
        return exp(model(**inputs, labels=inputs["input_ids"]).loss)

# %% 3 wrong: all texts joined, line by line | do not join
from math import exp
def perplexity(model, texts):
    inputs = tokenizer("\n".join(texts), return_tensors="pt")
    with torch.no_grad():
        return exp(model(**inputs, labels=inputs["input_ids"]).loss)

# %% 3 wrong: one number for each text | one number for all texts
from math import exp
def perplexity(model, texts):
    values = []
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            values.append(exp(model(**inputs, labels=inputs["input_ids"]).loss))
    return values

# %% 3 wrong: the last text only | add up all texts
from math import exp
def perplexity(model, texts):
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            loss = model(**inputs, labels=inputs["input_ids"]).loss
    return exp(loss)

# %% 3 wrong: hard-coded from the example
from math import exp
def perplexity(model, texts):
    return 22

# %% 3 wrong: the stub, emptied | return
from math import exp
def perplexity(model, texts):
    pass

# %% 3 wrong: 2 to the mean
from math import exp
def perplexity(model, texts):
    total, count = 0.0, 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        n = inputs["input_ids"].shape[1] - 1
        with torch.no_grad():
            total += model(**inputs, labels=inputs["input_ids"]).loss.item() * n
        count += n
    return 2 ** (total / count)

# %% 4 right: the names that every config has
small = GPT2Config(vocab_size=8192, max_position_embeddings=512, hidden_size=96, num_hidden_layers=3, num_attention_heads=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 right: the class itself, and special tokens within the vocabulary
from transformers import GPT2LMHeadModel
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=64, n_layer=4, n_head=2, bos_token_id=8191, eos_token_id=8191)
small_model = GPT2LMHeadModel(small)

# %% 4 right: settings changed one by one
small = GPT2Config()
small.vocab_size, small.n_positions = 8192, 512
small.n_embd, small.n_layer, small.n_head = 120, 2, 6
small_model = AutoModelForCausalLM.from_config(small)
small_model.eval()

# %% 4 right: the trained model's config, made smaller
from transformers import AutoConfig
small = AutoConfig.from_pretrained(path, vocab_size=8192, n_positions=512, n_embd=64, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(config=small, dtype=torch.float32)

# %% 4 wrong: a misspelt setting | no setting called n_layers
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=64, n_layers=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(GPT2Config(vocab_size=8192, n_positions=512, n_embd=64, n_layer=2, n_head=4))

# %% 4 wrong: too wide | reduce the width
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=256, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 wrong: the context stays | context
small = GPT2Config(vocab_size=8192, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 wrong: a smaller vocabulary | vocabulary
small = GPT2Config(vocab_size=4096, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 wrong: one layer | two layers
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=128, n_layer=1, n_head=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 wrong: the body | head
from transformers import AutoModel
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModel.from_config(small)

# %% 4 wrong: a classifier | head
from transformers import AutoModelForSequenceClassification
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModelForSequenceClassification.from_config(small)

# %% 4 wrong: the model of another config | from small
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(GPT2Config(vocab_size=8192, n_positions=512, n_embd=96, n_layer=2, n_head=4))

# %% 4 wrong: the config is changed after the model was built | from small
small = GPT2Config(vocab_size=1000, n_positions=128, n_embd=64, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(small)
small.vocab_size, small.n_positions = 8192, 512

# %% 4 wrong: another architecture | GPT2Config
from transformers import LlamaConfig
small = LlamaConfig(vocab_size=8192, max_position_embeddings=512, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4)
small_model = AutoModelForCausalLM.from_config(small)

# %% 4 wrong: a dictionary in place of a config | GPT2Config
small = dict(vocab_size=8192, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = AutoModelForCausalLM.from_config(GPT2Config(**small))

# %% 4 wrong: no model | small_model
small = GPT2Config(vocab_size=8192, n_positions=512, n_embd=128, n_layer=2, n_head=4)
small_model = None

# %% 5 right: the names that every config has
def predict(config):
    w = config.hidden_size
    return w * (config.vocab_size + config.max_position_embeddings + config.num_hidden_layers * (12 * w + 13) + 2)

# %% 5 right: matrix by matrix, in a loop
def predict(config):
    w, total = config.n_embd, 0
    total += config.vocab_size * w + config.n_positions * w
    for _ in range(config.n_layer):
        total += w * 3 * w + 3 * w + w * w + w  # attention
        total += w * 4 * w + 4 * w + 4 * w * w + w  # feed-forward part
        total += 2 * w + 2 * w  # layer norms
    return total + 2 * w

# %% 5 right: numpy
import numpy as np
def predict(config):
    w = config.n_embd
    numbers = [config.vocab_size * w, config.n_positions * w, config.n_layer * 12 * w**2, config.n_layer * 13 * w, 2 * w]
    return np.sum(numbers)

# %% 5 right: a dictionary of the settings
def predict(config):
    s = config.to_dict()
    w = s["n_embd"]
    return sum([(s["vocab_size"] + s["n_positions"]) * w, s["n_layer"] * 12 * w * w, s["n_layer"] * 13 * w, w + w])

# %% 5 wrong: a model is built | without building
def predict(config):
    return AutoModelForCausalLM.from_config(config).num_parameters()

# %% 5 wrong: a model is built by its class | without building
from transformers import GPT2LMHeadModel
def predict(config):
    return sum(p.numel() for p in GPT2LMHeadModel(config).parameters())

# %% 5 wrong: a model is built on the meta device | without building
from transformers import GPT2LMHeadModel
def predict(config):
    with torch.device("meta"):
        return GPT2LMHeadModel(config).num_parameters()

# %% 5 wrong: no last layer norm | last layer norm
def predict(config):
    w = config.n_embd
    return (config.vocab_size + config.n_positions) * w + config.n_layer * (12 * w**2 + 13 * w)

# %% 5 wrong: no positions | positions
def predict(config):
    w = config.n_embd
    return config.vocab_size * w + config.n_layer * (12 * w**2 + 13 * w) + 2 * w

# %% 5 wrong: a head of its own | none of its own
def predict(config):
    w = config.n_embd
    return (2 * config.vocab_size + config.n_positions) * w + config.n_layer * (12 * w**2 + 13 * w) + 2 * w

# %% 5 wrong: hard-coded from the example | from this config
def predict(config):
    return 124439808

# %% 5 wrong: twelve layers always | from this config
def predict(config):
    w = config.n_embd
    return (config.vocab_size + config.n_positions) * w + 12 * (12 * w**2 + 13 * w) + 2 * w

# %% 5 wrong: biases and norms of one layer only | each layer
def predict(config):
    w = config.n_embd
    return (config.vocab_size + config.n_positions) * w + config.n_layer * 12 * w**2 + 13 * w + 2 * w

# %% 5 wrong: 12 w, squared | squared and then
def predict(config):
    w = config.n_embd
    return (config.vocab_size + config.n_positions) * w + config.n_layer * ((12 * w) ** 2 + 13 * w) + 2 * w

# %% 5 wrong: without return | return
def predict(config):
    w = config.n_embd
    total = (config.vocab_size + config.n_positions) * w + config.n_layer * (12 * w**2 + 13 * w) + 2 * w

# %% 5 wrong: a text | number
def predict(config):
    w = config.n_embd
    return f"{(config.vocab_size + config.n_positions) * w + config.n_layer * (12 * w**2 + 13 * w) + 2 * w:,}"
