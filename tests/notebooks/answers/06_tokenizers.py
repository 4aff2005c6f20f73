# Answers to the exercises of lesson 06, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: no special tokens
def count_tokens(text):
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])

# %% 1 right: two less
def count_tokens(text):
    return len(tokenizer.encode(text)) - 2

# %% 1 right: the words' numbers, in a loop
def count_tokens(text):
    count = 0
    for word in tokenizer(text).word_ids():
        if word is not None:
            count += 1
    return count

# %% 1 right: the mask of special tokens, as a tensor
def count_tokens(text):
    encoded = tokenizer([text], return_special_tokens_mask=True, return_tensors="pt")
    return (encoded["special_tokens_mask"] == 0).sum()

# %% 1 wrong: with the special tokens | two too many
def count_tokens(text):
    return len(tokenizer(text)["input_ids"])

# %% 1 wrong: words | words
def count_tokens(text):
    return len(text.split())

# %% 1 wrong: characters
def count_tokens(text):
    return len(text)

# %% 1 wrong: the keys of the output
def count_tokens(text):
    return len(tokenizer(text))

# %% 1 wrong: each token once | as often
def count_tokens(text):
    return len(set(tokenizer.tokenize(text)))

# %% 1 wrong: prints | return
def count_tokens(text):
    print(len(tokenizer.tokenize(text)))

# %% 1 wrong: hard-coded from the example
def count_tokens(text):
    return 5

# %% 1 wrong: the tokens | number
def count_tokens(text):
    return tokenizer.tokenize(text)

# %% 1 wrong: one special token left out
def count_tokens(text):
    return len(tokenizer(text)["input_ids"]) - 1

# %% 1 wrong: words, with the pieces inside them left out
def count_tokens(text):
    return sum(not token.startswith("##") for token in tokenizer.tokenize(text))

# %% 2 right: plain dictionaries and max
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    corpus = [[list(word), times] for word, times in counts.items()]
    merges = []
    while len(merges) < number:
        pairs = {}
        for pieces, times in corpus:
            for i in range(len(pieces) - 1):
                pair = pieces[i], pieces[i + 1]
                pairs[pair] = pairs.get(pair, 0) + times
        if not pairs:
            return merges
        best = max(pairs, key=pairs.get)
        merges.append(best)
        for entry in corpus:
            pieces, i, new = entry[0], 0, []
            while i < len(pieces):
                if tuple(pieces[i : i + 2]) == best:
                    new.append("".join(best))
                    i += 2
                else:
                    new.append(pieces[i])
                    i += 1
            entry[0] = new
    return merges

# %% 2 right: in place, with pop, pairs as lists
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    split = {word: [*word] for word in counts}
    result = []
    for step in range(number):
        tally = Counter()
        for word in split:
            for pair in zip(split[word], split[word][1:]):
                tally[pair] += counts[word]
        if len(tally) == 0:
            break
        (left, right), _ = tally.most_common(1)[0]
        result.append([left, right])
        for pieces in split.values():
            i = 0
            while i < len(pieces) - 1:
                if pieces[i] == left and pieces[i + 1] == right:
                    pieces[i] += pieces.pop(i + 1)
                i += 1
    return result

# %% 2 right: recursion over words as tuples
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    def join(pieces, pair):
        if len(pieces) < 2:
            return pieces
        if pieces[:2] == pair:
            return (pair[0] + pair[1], *join(pieces[2:], pair))
        return (pieces[0], *join(pieces[1:], pair))
    def learn(words, left):
        pairs = Counter()
        for pieces, n in words:
            pairs.update({p: n * m for p, m in Counter(pairwise(pieces)).items()})
        if not left or not pairs:
            return ()
        best = max(pairs.items(), key=lambda item: item[1])[0]
        return (best, *learn([(join(pieces, best), n) for pieces, n in words], left - 1))
    return learn([(tuple(word), n) for word, n in counts.items()], number)

# %% 2 wrong: each word counts once | as its word occurs
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs = Counter(pair for pieces in words.values() for pair in pairwise(pieces))
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        merges.append(best)
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 2 wrong: a pair counts once in each word | more than once
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs = Counter()
        for word, pieces in words.items():
            for pair in set(pairwise(pieces)):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        merges.append(best)
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 2 wrong: nothing is merged | before you count again
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    merges = []
    for _ in range(number):
        pairs = Counter()
        for word in counts:
            for pair in pairwise(word):
                pairs[pair] += counts[word]
        if not pairs:
            break
        merges.append(pairs.most_common(1)[0][0])
    return merges

# %% 2 wrong: counted only once | count
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    pairs = Counter()
    for word in counts:
        for pair in pairwise(word):
            pairs[pair] += counts[word]
    return [pair for pair, _ in pairs.most_common(number)]

# %% 2 wrong: no end when no pair is left | no pair is left
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        best = max(pairs, key=pairs.get)
        merges.append(best)
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 2 wrong: one merge too many
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number + 1):
        pairs = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        merges.append(best)
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 2 wrong: the merged pieces in place of pairs | pair
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        merges.append("".join(best))
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 2 wrong: merged only in the word where it was found last | every word
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs, where = Counter(), {}
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
                where[pair] = word
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        merges.append(best)
        pieces, merged = words[where[best]], []
        for piece in pieces:
            if merged and (merged[-1], piece) == best:
                merged[-1] += piece
            else:
                merged.append(piece)
        words[where[best]] = merged
    return merges

# %% 2 wrong: hard-coded from the example
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    return [("t", "e"), ("te", "a")][:number]

# %% 2 wrong: without return | return
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    pairs = Counter()
    for word in counts:
        for pair in pairwise(word):
            pairs[pair] += counts[word]

# %% 2 wrong: the least frequent pair
from collections import Counter
from itertools import pairwise
def learn_merges(counts, number):
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        pairs = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=pairs.get)
        merges.append(best)
        for word, pieces in words.items():
            merged = []
            for piece in pieces:
                if merged and (merged[-1], piece) == best:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            words[word] = merged
    return merges

# %% 3 right: the rest of the word gets shorter
def wordpiece(word, vocabulary):
    rest, mark, pieces = word, "", []
    while rest:
        fitting = [rest[:n] for n in range(1, len(rest) + 1) if mark + rest[:n] in vocabulary]
        if not fitting:
            return ["[UNK]"]
        longest = max(fitting, key=len)
        pieces.append(mark + longest)
        rest, mark = rest.removeprefix(longest), "##"
    return pieces

# %% 3 right: recursive, a tuple
def wordpiece(word, vocabulary, first=True):
    for end in reversed(range(1, len(word) + 1)):
        piece = word[:end] if first else f"##{word[:end]}"
        if piece in vocabulary:
            if end == len(word):
                return (piece,)
            rest = wordpiece(word[end:], vocabulary, first=False)
            return ("[UNK]",) if "[UNK]" in rest else (piece, *rest)
    return ("[UNK]",)

# %% 3 right: a while loop that moves the end
def wordpiece(word, vocabulary):
    output, start, end = [], 0, len(word)
    while start < len(word):
        if end == start:
            output = ["[UNK]"]
            break
        piece = word[start:end] if start == 0 else "##" + word[start:end]
        if piece in vocabulary:
            output.append(piece)
            start, end = end, len(word)
        else:
            end -= 1
    return output

# %% 3 wrong: the shortest piece first | longest
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(start + 1, len(word) + 1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            return ["[UNK]"]
    return tokens

# %% 3 wrong: the pieces before the unknown one stay | whole word
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            return [*tokens, "[UNK]"]
    return tokens

# %% 3 wrong: what fits no piece is skipped | \[UNK\]
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            start += 1
    return tokens

# %% 3 wrong: no ## in the vocabulary | ##
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            if word[start:end] in vocabulary:
                tokens.append(("##" if start else "") + word[start:end])
                start = end
                break
        else:
            return ["[UNK]"]
    return tokens

# %% 3 wrong: no ## in the answer | ##
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            if ("##" if start else "") + word[start:end] in vocabulary:
                tokens.append(word[start:end])
                start = end
                break
        else:
            return ["[UNK]"]
    return tokens

# %% 3 wrong: the last character is left out | whole word
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word) - 1 if start == 0 else len(word), start, -1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            return ["[UNK]"]
    return tokens

# %% 3 wrong: the library's tokenizer, whatever the vocabulary | vocabulary
def wordpiece(word, vocabulary):
    return tokenizer.tokenize(word)

# %% 3 wrong: both kinds of pieces at every place
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            fitting = [piece for piece in ("##" + word[start:end], word[start:end]) if piece in vocabulary]
            if fitting:
                tokens.append(fitting[0])
                start = end
                break
        else:
            return ["[UNK]"]
    return tokens

# %% 3 wrong: None where no piece fits | \[UNK\]
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            return None
    return tokens

# %% 3 wrong: a text | list
def wordpiece(word, vocabulary):
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            candidate = ("##" if start else "") + word[start:end]
            if candidate in vocabulary:
                tokens.append(candidate)
                start = end
                break
        else:
            return "[UNK]"
    return " ".join(tokens)

# %% 3 wrong: hard-coded from the example
def wordpiece(word, vocabulary):
    return ["token", "##s"]

# %% 3 wrong: the stub, emptied | return
def wordpiece(word, vocabulary):
    pass

# %% 4 right: word_to_tokens and word_to_chars
def cut_words(text):
    encoded, result = tokenizer(text), []
    for word in dict.fromkeys(encoded.word_ids()):
        if word is not None:
            first, end = encoded.word_to_tokens(word)
            if end - first > 1:
                span = encoded.word_to_chars(word)
                result.append(text[span.start : span.end])
    return result

# %% 4 right: a regular expression, word by word
import re
def cut_words(text):
    return [word for word in re.findall(r"\w+|[^\w\s]", text) if len(tokenizer.tokenize(word)) > 1]

# %% 4 right: counted with a Counter, offsets joined in the loop
from collections import Counter
def cut_words(text):
    encoded = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
    numbers = encoded.word_ids()
    counts = Counter(numbers)
    spans = {}
    for number, (start, end) in zip(numbers, encoded["offset_mapping"]):
        spans[number] = (spans.get(number, (start, end))[0], end)
    return tuple(text[a:b] for number, (a, b) in spans.items() if counts[number] >= 2)

# %% 4 right: by the ## in front of the pieces
def cut_words(text):
    encoded = tokenizer(text, return_offsets_mapping=True)
    words = []
    for token, (start, end) in list(zip(encoded.tokens(), encoded["offset_mapping"]))[1:-1]:
        if token.startswith("##"):
            words[-1] = [words[-1][0], end, True]
        else:
            words.append([start, end, False])
    return [text[start:end] for start, end, cut in words if cut]

# %% 4 wrong: split by spaces | punctuation
def cut_words(text):
    return [word for word in text.split() if len(tokenizer.tokenize(word)) > 1]

# %% 4 wrong: pieces | words of the text
def cut_words(text):
    return [token for token in tokenizer.tokenize(text) if token.startswith("##")]

# %% 4 wrong: all words | one token
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return [text[spans[0][0] : spans[-1][1]] for spans in places.values()]

# %% 4 wrong: a set | list
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return {text[spans[0][0] : spans[-1][1]] for spans in places.values() if len(spans) > 1}

# %% 4 wrong: each word once | as often
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return list(dict.fromkeys(text[s[0][0] : s[-1][1]] for s in places.values() if len(s) > 1))

# %% 4 wrong: in small letters, without accents | capitals
def cut_words(text):
    encoded = tokenizer(text)
    tokens, result = encoded.tokens(), []
    for word in dict.fromkeys(encoded.word_ids()):
        if word is not None:
            first, end = encoded.word_to_tokens(word)
            if end - first > 1:
                result.append("".join(tokens[first:end]).replace("##", ""))
    return result

# %% 4 wrong: the first piece only | end of its last
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return [text[spans[0][0] : spans[0][1]] for spans in places.values() if len(spans) > 1]

# %% 4 wrong: three tokens or more | two tokens
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return [text[spans[0][0] : spans[-1][1]] for spans in places.values() if len(spans) > 2]

# %% 4 wrong: special tokens, which belong to no word, count as one
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        places.setdefault(word, []).append(place)
    return [text[spans[0][0] : spans[-1][1]] for spans in places.values() if len(spans) > 1]

# %% 4 wrong: in alphabetical order | order
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return sorted(text[spans[0][0] : spans[-1][1]] for spans in places.values() if len(spans) > 1)

# %% 4 wrong: None where no word is cut | empty list
def cut_words(text):
    encoded, places = tokenizer(text, return_offsets_mapping=True), {}
    for word, place in zip(encoded.word_ids(), encoded["offset_mapping"]):
        if word is not None:
            places.setdefault(word, []).append(place)
    return [text[spans[0][0] : spans[-1][1]] for spans in places.values() if len(spans) > 1] or None

# %% 4 wrong: hard-coded from the example
def cut_words(text):
    return ["Kravitz", "Käsespätzle"]

# %% 4 wrong: without return | return
def cut_words(text):
    encoded = tokenizer(text, return_offsets_mapping=True)

# %% 5 right: characters in a list
import torch
from transformers import AutoModelForTokenClassification
def black_out(text):
    encoded = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = encoded.pop("offset_mapping")[0]
    with torch.no_grad():
        classes = ner(**encoded.to(ner.device)).logits[0].argmax(-1)
    characters = list(text)
    for (start, end), number in zip(offsets, classes):
        if ner.config.id2label[int(number)] != "O":
            for place in range(start, end):
                characters[place] = "█"
    return "".join(characters)

# %% 5 right: the library's joined names, from the last to the first
from transformers import pipeline
finder = pipeline("token-classification", model=ner, tokenizer=ner_tokenizer, aggregation_strategy="simple")
def black_out(text):
    for name in reversed(finder(text)):
        text = text[: name["start"]] + "█" * (name["end"] - name["start"]) + text[name["end"] :]
    return text

# %% 5 right: a set of places, and one expression
def black_out(text):
    encoded = ner_tokenizer(text, return_tensors="pt")
    numbers = ner(**encoded.to(ner.device)).logits.argmax(dim=-1)[0].tolist()
    black = set()
    for i, number in enumerate(numbers):
        span = encoded.token_to_chars(i)
        if span is not None and ner.config.id2label[number][:2] in ("B-", "I-"):
            black |= set(range(span.start, span.end))
    return "".join("█" if place in black else character for place, character in enumerate(text))

# %% 5 right: by the number of the label O, numpy
import numpy as np
def black_out(text):
    batch = ner_tokenizer([text], return_offsets_mapping=True, return_tensors="pt")
    offsets = batch.pop("offset_mapping").numpy()[0]
    labels = ner(**batch).logits.detach().numpy()[0].argmax(1)
    array = np.array(list(text))
    for start, end in offsets[labels != ner.config.label2id["O"]]:
        array[start:end] = "█"
    return "".join(array.tolist())

# %% 5 wrong: one block for each token | each character
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in reversed(list(zip(offsets, numbers))):
        if ner.config.id2label[number] != "O":
            text = text[:start] + "█" + text[end:]
    return text

# %% 5 wrong: persons only | left
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number].endswith("person"):
            text = text[:start] + "█" * (end - start) + text[end:]
    return text

# %% 5 wrong: the first token of each name only | left
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number].startswith("B-"):
            text = text[:start] + "█" * (end - start) + text[end:]
    return text

# %% 5 wrong: all words with a capital letter | too much
import re
def black_out(text):
    return re.sub(r"[A-Z]\w+", lambda match: "█" * len(match[0]), text)

# %% 5 wrong: words joined again with single spaces | spaces
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            text = text[:start] + "█" * (end - start) + text[end:]
    return " ".join(text.split())

# %% 5 wrong: the names of the example
def black_out(text):
    for word in ("Ada", "Lovelace", "Charles", "Babbage", "Reykjavík"):
        text = text.replace(word, "█" * len(word))
    return text

# %% 5 wrong: shifted by the special token
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()[1:-1]
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            text = text[:start] + "█" * (end - start) + text[end:]
    return text

# %% 5 wrong: the tokens replaced wherever their characters stand
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    result = text
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            result = result.replace(text[start:end], "█" * (end - start))
    return result

# %% 5 wrong: everything but the names
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] == "O":
            text = text[:start] + "█" * (end - start) + text[end:]
    return text

# %% 5 wrong: all but the spaces is black | too much
import re
def black_out(text):
    return re.sub(r"\S", "█", text)

# %% 5 wrong: another sign
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            text = text[:start] + "*" * (end - start) + text[end:]
    return text

# %% 5 wrong: nothing changed | left
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            text[:start] + "█" * (end - start) + text[end:]
    return text

# %% 5 wrong: a list of characters | text
def black_out(text):
    inputs = ner_tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = inputs.pop("offset_mapping")[0].tolist()
    numbers = ner(**inputs.to(ner.device)).logits[0].argmax(dim=-1).tolist()
    characters = list(text)
    for (start, end), number in zip(offsets, numbers):
        if ner.config.id2label[number] != "O":
            characters[start:end] = "█" * (end - start)
    return characters

# %% 5 wrong: prints | return
def black_out(text):
    print("█" * len(text))
