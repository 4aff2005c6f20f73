# Answers to the exercises of lesson 02, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: other tasks that fit too
choice = {
    "subtitles": "automatic-speech-recognition",
    "spam": "zero-shot-classification",
    "parking": "zero-shot-object-detection",
    "cut-out": "image-segmentation",
    "alarm": "zero-shot-audio-classification",
    "receipts": "image-text-to-text",
}

# %% 1 right: an alias, and the dictionary zipped
names = ["automatic-speech-recognition", "sentiment-analysis", "object-detection", "image-segmentation",
         "audio-classification", "document-question-answering"]
choice = dict(zip(situations, names))

# %% 1 right: filled key by key, spam with a chat model
choice = {}
choice["subtitles"] = "automatic-speech-recognition"
choice["spam"] = "text-generation"
choice["parking"] = "object-detection"
choice["cut-out"] = "image-segmentation"
choice["alarm"] = "audio-classification"
choice["receipts"] = "document-question-answering"

# %% 1 right: spam as a decision
choice = dict(zip(situations, ["automatic-speech-recognition", "decision", "object-detection",
                               "image-segmentation", "audio-classification", "document-question-answering"]))

# %% 1 wrong: a task that is gone | no task of this version; print
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "object-detection",
                               "image-segmentation", "audio-classification", "question-answering"]))

# %% 1 wrong: an invented name | no task of this version
choice = dict(zip(situations, ["speech-to-text", "text-classification", "object-detection",
                               "image-segmentation", "audio-classification", "document-question-answering"]))

# %% 1 wrong: a class for the picture instead of boxes | box
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "image-classification",
                               "image-segmentation", "audio-classification", "document-question-answering"]))

# %% 1 wrong: a box instead of pixels | each pixel gets a class
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "object-detection",
                               "object-detection", "audio-classification", "document-question-answering"]))

# %% 1 wrong: masks without names | mask of the person
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "object-detection",
                               "mask-generation", "audio-classification", "document-question-answering"]))

# %% 1 wrong: any-to-any for the receipts | receipts: any-to-any\? choose a narrower task
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "object-detection",
                               "image-segmentation", "audio-classification", "any-to-any"]))

# %% 1 wrong: any-to-any for the subtitles | subtitles: any-to-any\? choose a narrower task
choice = dict(zip(situations, ["any-to-any", "text-classification", "object-detection",
                               "image-segmentation", "audio-classification", "document-question-answering"]))

# %% 1 wrong: nothing filled in | lacks the key 'subtitles'
choice

# %% 1 wrong: speech recognition for glass | a class out
choice = dict(zip(situations, ["automatic-speech-recognition", "text-classification", "object-detection",
                               "image-segmentation", "automatic-speech-recognition", "document-question-answering"]))

# %% 1 wrong: a key is missing | lacks the key 'receipts'
choice = dict(zip(situations[:-1], ["automatic-speech-recognition", "text-classification", "object-detection",
                                    "image-segmentation", "audio-classification"]))

# %% 1 wrong: a list | dictionary
choice = ["automatic-speech-recognition", "text-classification", "object-detection",
          "image-segmentation", "audio-classification", "document-question-answering"]

# %% 1 wrong: each token of the mail gets a class | it gets one of two classes
choice = dict(zip(situations, ["automatic-speech-recognition", "token-classification", "object-detection",
                               "image-segmentation", "audio-classification", "document-question-answering"]))

# %% 2 right: a comprehension, top_k=1
def labels_by_second(samples, rate, classify):
    return [
        classify(samples[start : start + rate], top_k=1)[0]["label"]
        for start in range(0, len(samples) - rate + 1, rate)
    ]

# %% 2 right: reshaped, all seconds in one call
def labels_by_second(samples, rate, classify):
    seconds = len(samples) // rate
    pieces = list(np.reshape(samples[: seconds * rate], (seconds, rate)))
    return [results[0]["label"] for results in classify(pieces)]

# %% 2 right: with the rate said, the best by max
def labels_by_second(samples, rate, classify):
    labels = []
    while len(samples) >= rate:
        piece, samples = samples[:rate], samples[rate:]
        results = classify({"raw": piece, "sampling_rate": rate})
        labels.append(max(results, key=lambda result: result["score"])["label"])
    return labels

# %% 2 right: a torch tensor, cut by split
import torch
def labels_by_second(waveform, rate, pipe):
    pieces = torch.as_tensor(waveform).split(rate)
    return [pipe(piece.numpy())[0]["label"] for piece in pieces if len(piece) == rate]

# %% 2 right: the incomplete second is heard too, and its label left out
def labels_by_second(samples, rate, tag):
    labels = [tag(samples[start : start + rate])[0]["label"] for start in range(0, len(samples), rate)]
    return labels[: len(samples) // rate]

# %% 2 wrong: the incomplete second too | incomplete
def labels_by_second(samples, rate, classify):
    return [classify(samples[i : i + rate])[0]["label"] for i in range(0, len(samples), rate)]

# %% 2 wrong: the whole clip | calls
def labels_by_second(samples, rate, classify):
    return [classify(samples)[0]["label"]] * (len(samples) // rate)

# %% 2 wrong: the last class | best class comes first
def labels_by_second(samples, rate, classify):
    return [classify(samples[n * rate : (n + 1) * rate])[-1]["label"] for n in range(len(samples) // rate)]

# %% 2 wrong: the dictionaries | labels only
def labels_by_second(samples, rate, classify):
    return [classify(samples[n * rate : (n + 1) * rate])[0] for n in range(len(samples) // rate)]

# %% 2 wrong: one second too few
def labels_by_second(samples, rate, classify):
    return [classify(samples[n * rate : (n + 1) * rate])[0]["label"] for n in range(len(samples) // rate - 1)]

# %% 2 wrong: always the first second
def labels_by_second(samples, rate, classify):
    return [classify(samples[:rate])[0]["label"] for _ in range(len(samples) // rate)]

# %% 2 wrong: the start is not multiplied by the rate | does second n begin at n \* rate
def labels_by_second(samples, rate, tag):
    return [tag(samples[i : i + rate])[0]["label"] for i in range(len(samples) // rate)]

# %% 2 wrong: the labels joined | a list of labels, not one text
def labels_by_second(samples, rate, tag):
    return ", ".join(tag(samples[n * rate : (n + 1) * rate])[0]["label"] for n in range(len(samples) // rate))

# %% 2 wrong: windows that move by half a second
def labels_by_second(samples, rate, classify):
    return [classify(samples[i : i + rate])[0]["label"] for i in range(0, len(samples) - rate + 1, rate // 2)]

# %% 2 wrong: another rate fixed in the code | 2.5 seconds at 8000 samples a second need 2 calls, not 1
def labels_by_second(samples, rate, classify):
    return [classify(samples[n * 16000 : (n + 1) * 16000])[0]["label"] for n in range(len(samples) // 16000)]

# %% 2 wrong: all classes of a second | labels only|labels
def labels_by_second(samples, rate, classify):
    return [[r["label"] for r in classify(samples[n * rate : (n + 1) * rate])] for n in range(len(samples) // rate)]

# %% 2 wrong: from the first second to the end each time | a second has
def labels_by_second(samples, rate, classify):
    return [classify(samples[n * rate :])[0]["label"] for n in range(len(samples) // rate)]

# %% 2 wrong: prints | return
def labels_by_second(samples, rate, classify):
    for n in range(len(samples) // rate):
        print(classify(samples[n * rate : (n + 1) * rate])[0]["label"])

# %% 3 right: the whole table
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
            elif a[i - 1] == b[j - 1]:
                table[i][j] = table[i - 1][j - 1]
            else:
                table[i][j] = 1 + min(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1])
    return table[-1][-1] / len(a)

# %% 3 right: recursive, with a cache
from functools import lru_cache
def word_error_rate(truth, guess):
    truth, guess = words(truth), words(guess)
    @lru_cache(None)
    def distance(i, j):
        if i == len(truth):
            return len(guess) - j
        if j == len(guess):
            return len(truth) - i
        return min(
            distance(i + 1, j) + 1,
            distance(i, j + 1) + 1,
            distance(i + 1, j + 1) + (truth[i] != guess[j]),
        )
    return distance(0, 0) / len(truth)

# %% 3 right: a numpy table
def word_error_rate(reference, heard):
    reference, heard = words(reference), words(heard)
    d = np.zeros((len(reference) + 1, len(heard) + 1))
    d[:, 0] = np.arange(len(reference) + 1)
    d[0, :] = np.arange(len(heard) + 1)
    for i in range(1, len(reference) + 1):
        for j in range(1, len(heard) + 1):
            cost = 0 if reference[i - 1] == heard[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d[-1, -1] / len(reference)

# %% 3 wrong: the borders of the table stay 0 | row 0 and column 0 hold 0, 1, 2
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, same)
    return table[-1][-1] / len(a)

# %% 3 wrong: the changes of difflib, which are not the fewest | red blue green.*: 3 changes
from difflib import SequenceMatcher
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    changes = SequenceMatcher(None, a, b).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for what, i1, i2, j1, j2 in changes if what != "equal") / len(a)

# %% 3 wrong: half a change | 1 change, 4 words
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    return (sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))) / len(a) / 2

# %% 3 wrong: word by word from the start
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    return (sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))) / len(a)

# %% 3 wrong: over what was heard | number of words in the reference
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1] / max(1, len(b))

# %% 3 wrong: not divided | divide
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1]

# %% 3 wrong: letters in place of words
def word_error_rate(reference, heard):
    a, b = reference.lower(), heard.lower()
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1] / len(a)

# %% 3 wrong: capitals and punctuation count | capitals
def word_error_rate(reference, heard):
    a, b = reference.split(), heard.split()
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1] / len(a)

# %% 3 wrong: a bag of words | not 0.333$
from collections import Counter
def word_error_rate(reference, heard):
    a, b = Counter(words(reference)), Counter(words(heard))
    return max((a - b).total(), (b - a).total()) / a.total()

# %% 3 wrong: no insertions
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    row = [0] * (len(b) + 1)
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1], above[j - 1] + (word != other)))
    return row[-1] / len(a)

# %% 3 wrong: a replacement counts twice
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + 2 * (word != other)))
    return row[-1] / len(a)

# %% 3 wrong: never above 1 | 1.500 and not 1.000
def word_error_rate(reference, heard):
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return min(1, row[-1] / len(a))

# %% 3 wrong: right instead of wrong words
def word_error_rate(reference, heard):
    return sum(word in words(heard) for word in words(reference)) / len(words(reference))

# %% 3 wrong: nothing returned | return
def word_error_rate(reference, heard):
    words(reference), words(heard)

# %% 4 right: widths and heights
def iou(a, b):
    width = min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"])
    height = min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return both / (sum(areas) - both)

# %% 4 right: sets of pixels
def covered(b):
    return {(x, y) for x in range(b["xmin"], b["xmax"]) for y in range(b["ymin"], b["ymax"])}
def iou(one, other):
    first, second = covered(one), covered(other)
    return len(first & second) / len(first | second)

# %% 4 right: a grid of numpy
def iou(one, other):
    grids = []
    for box_ in (one, other):
        grid = np.zeros((100, 100), dtype=bool)
        grid[box_["ymin"] : box_["ymax"], box_["xmin"] : box_["xmax"]] = True
        grids.append(grid)
    return float(np.sum(grids[0] & grids[1]) / np.sum(grids[0] | grids[1]))

# %% 4 right: tensors
import torch
def iou(one, other):
    one, other = (torch.tensor([b["xmin"], b["ymin"], b["xmax"], b["ymax"]]) for b in (one, other))
    sides = (torch.minimum(one[2:], other[2:]) - torch.maximum(one[:2], other[:2])).clamp(min=0)
    shared = sides.prod()
    return shared / ((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - shared)

# %% 4 wrong: negative sides | apart|touch
def iou(a, b):
    width = min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"])
    height = min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"])
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / (sum(areas) - width * height)

# %% 4 wrong: the shared area counts twice | counts twice
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / sum(areas)

# %% 4 wrong: the shared area taken away twice | taken away twice
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / (sum(areas) - 2 * width * height)

# %% 4 wrong: widths alone | share 28 pixels of 157: 0.178, not 0.286
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    return width / (a["xmax"] - a["xmin"] + b["xmax"] - b["xmin"] - width)

# %% 4 wrong: over the smaller box | area of one box
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / min(areas)

# %% 4 wrong: over the first box | area of one box
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    return width * height / ((a["xmax"] - a["xmin"]) * (a["ymax"] - a["ymin"]))

# %% 4 wrong: smaller start and larger end
def iou(a, b):
    width = max(0, max(a["xmax"], b["xmax"]) - min(a["xmin"], b["xmin"]))
    height = max(0, max(a["ymax"], b["ymax"]) - min(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return sum(areas) / (width * height)

# %% 4 wrong: the box around both for the union | not by the box around both
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    around = (max(a["xmax"], b["xmax"]) - min(a["xmin"], b["xmin"])) * (max(a["ymax"], b["ymax"]) - min(a["ymin"], b["ymin"]))
    return width * height / around

# %% 4 wrong: the area alone
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    return width * height

# %% 4 wrong: the number of the example
def iou(a, b):
    return 0.5

# %% 4 wrong: one pixel too many on each side
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]) + 1)
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]) + 1)
    areas = [(c["xmax"] - c["xmin"] + 1) * (c["ymax"] - c["ymin"] + 1) for c in (a, b)]
    return width * height / (sum(areas) - width * height)

# %% 5 right: take the best, filter the rest
def keep_best(found, threshold, overlap):
    rest = [result for result in found if result["score"] >= threshold]
    kept = []
    while rest:
        best = max(rest, key=lambda result: result["score"])
        kept.append(best)
        rest = [
            r for r in rest
            if r is not best and (r["label"] != best["label"] or iou(r["box"], best["box"]) <= overlap)
        ]
    return kept

# %% 5 right: label by label, sorted at the end
def keep_best(results, minimum, too_much):
    kept = []
    for label in {result["label"] for result in results}:
        mine = []
        for result in sorted(results, key=lambda r: -r["score"]):
            if result["label"] != label or result["score"] < minimum:
                continue
            if not any(iou(result["box"], other["box"]) > too_much for other in mine):
                mine.append(result)
        kept += mine
    return sorted(kept, key=lambda r: -r["score"])

# %% 5 right: copies, and a flag
import copy
def keep_best(found, threshold, overlap):
    candidates = copy.deepcopy(found)
    candidates.sort(key=lambda result: result["score"], reverse=True)
    kept = []
    for candidate in candidates:
        good = candidate["score"] >= threshold
        for other in kept:
            if other["label"] == candidate["label"] and iou(other["box"], candidate["box"]) > overlap:
                good = False
        if good:
            kept.append(candidate)
    return kept

# %% 5 wrong: all labels are rivals | threshold 0.*, overlap 0.*: too few.*of its label only
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in kept):
            kept.append(result)
    return kept

# %% 5 wrong: no threshold | drop scores
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if all(iou(result["box"], other["box"]) <= overlap for other in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: only the threshold | too many kept: (cat|dog) 0.\d+ at \(
def keep_best(found, threshold, overlap):
    good = [result for result in found if result["score"] >= threshold]
    return sorted(good, key=lambda result: result["score"], reverse=True)

# %% 5 wrong: in the order of found | best score first
def keep_best(found, threshold, overlap):
    kept = []
    for result in found:
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: a score equal to the threshold is dropped | equal to threshold
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] > threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: an iou equal to overlap is too much | iou equal to overlap
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) < overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: compares with the last kept one only | every kept one of its label
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept[-1:] if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: one result kept for each rival | keep one result twice
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        if result["score"] < threshold:
            continue
        rivals = [other for other in kept if other["label"] == result["label"]]
        if not rivals:
            kept.append(result)
        elif all(iou(result["box"], other["box"]) <= overlap for other in rivals):
            for _ in rivals:
                kept.append(result)
    return kept

# %% 5 wrong: the iou of exercise 3 swaps min and max | finish iou in exercise 3 first
def iou(a, b):
    width = max(0, max(a["xmax"], b["xmax"]) - min(a["xmin"], b["xmin"]))
    height = max(0, max(a["ymax"], b["ymax"]) - min(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / (sum(areas) + width * height)
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: the iou of exercise 3 counts the shared area twice | finish iou in exercise 3 first
def iou(a, b):
    width = max(0, min(a["xmax"], b["xmax"]) - max(a["xmin"], b["xmin"]))
    height = max(0, min(a["ymax"], b["ymax"]) - max(a["ymin"], b["ymin"]))
    areas = [(c["xmax"] - c["xmin"]) * (c["ymax"] - c["ymin"]) for c in (a, b)]
    return width * height / sum(areas)
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: the worst first | best score first
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"]):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: compares with dropped ones too | too few|kept
def keep_best(found, threshold, overlap):
    ordered = sorted(found, key=lambda result: result["score"], reverse=True)
    kept = []
    for place, result in enumerate(ordered):
        rivals = [other for other in ordered[:place] if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: sorts the learner's list | leave found
def keep_best(found, threshold, overlap):
    found.sort(key=lambda result: result["score"], reverse=True)
    kept = []
    for result in found:
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: one for each label | too few
def keep_best(found, threshold, overlap):
    best = {}
    for result in sorted(found, key=lambda result: result["score"]):
        if result["score"] >= threshold:
            best[result["label"]] = result
    return sorted(best.values(), key=lambda result: -result["score"])

# %% 5 wrong: keeps what overlaps
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) > overlap for k in rivals):
            kept.append(result)
    return kept

# %% 5 wrong: labels only | results themselves
def keep_best(found, threshold, overlap):
    kept = []
    for result in sorted(found, key=lambda result: result["score"], reverse=True):
        rivals = [other for other in kept if other["label"] == result["label"]]
        if result["score"] >= threshold and all(iou(result["box"], k["box"]) <= overlap for k in rivals):
            kept.append(result)
    return [result["label"] for result in kept]

# %% 5 wrong: the example's answer
def keep_best(found, threshold, overlap):
    return [found[1], found[0]]
