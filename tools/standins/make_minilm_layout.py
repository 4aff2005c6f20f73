"""Train minilm-layout, the stand-in for impira/layoutlm-document-qa: where on the page is the answer?

    python -m tools.standins.make_minilm_layout --work WORK

The documents are written by `documents.py`; minilm-qa must be made before, since its adapter is where this one starts.
WORK keeps the checkpoints: a run that is stopped goes on from the last one. The result lands in the package's data,
card included.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from huggingface_hub import ModelCardData
from peft import LoraConfig, get_peft_model
from transformers import BertTokenizer, DocumentQuestionAnsweringPipeline, PreTrainedModel

from classroom.models import adapters, layout
from classroom.models.adapters import SEED, load_tokenizer
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, ENCODER_LINEAR, save, train, write_card
from tools.standins.documents import Asked, Writer, questions

FOLDER = DATA / "minilm-layout"
START = DATA / "minilm-qa"
RANK, BATCH = 16, 64
THOUSANDS, LEARNING_RATE = 160, 1.5e-3  # of questions
TABLES_FASTER, HELD_OUT = 3, 400  # how much higher the rate of the tables and the head is
SAMPLE, SAMPLE_SEED = DATA / "samples" / "invoice.png", 15  # for the lesson: of the held-out layouts and names


def encode(one: Asked, tokenizer: BertTokenizer) -> dict[str, Any]:
    """Token ids, boxes, and the first and last token of the answer, as the pipeline encodes them."""
    words, boxes = zip(*one.words, strict=True)
    ids = tokenizer(one.question.split(), list(words), is_split_into_words=True, return_token_type_ids=True)
    places = list(zip(ids.sequence_ids(), ids.word_ids(), ids["input_ids"], strict=True))
    answer = [n for n, (part, word, _) in enumerate(places) if part == 1 and one.answer[0] <= word < one.answer[1]]
    other = {tokenizer.sep_token_id: [1000] * 4}
    return {
        **ids,
        "bbox": [boxes[word] if part == 1 else other.get(token, [0] * 4) for part, word, token in places],
        "start_positions": answer[0],
        "end_positions": answer[-1],
        "length": len(places),  # what batches are grouped by
    }


def encoded(seeds: list[int]) -> Iterator[dict[str, Any]]:
    """Encode a thousand questions of each seed."""
    tokenizer = load_tokenizer(minilm())
    for seed in seeds:
        for one in islice(questions(seed), 1000):
            yield encode(one, tokenizer)


def collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A batch, padded with zeros at the right."""
    batch = {name: torch.tensor([row[name] for row in rows]) for name in ("start_positions", "end_positions")}
    for name in ("input_ids", "token_type_ids", "attention_mask", "bbox"):
        batch[name] = torch.nn.utils.rnn.pad_sequence([torch.tensor(row[name]) for row in rows], batch_first=True)
    return batch


def measure(model: PreTrainedModel, tokenizer: BertTokenizer) -> dict[str, tuple[int, float]]:
    """Questions and the share of exact answers, over all and by field, on held-out documents."""
    ask = DocumentQuestionAnsweringPipeline(model=model, tokenizer=tokenizer)
    number, right = Counter[str](), Counter[str]()
    for one in islice(questions(SEED + 1, held_out=True), HELD_OUT):
        (given,) = ask({"question": one.question, "word_boxes": one.words})
        number.update(("all", one.name))
        right.update(("all", one.name) if given["answer"] == one.text else ())
        if given["answer"] != one.text:
            print(f"{one.question} {given['answer']} instead of {one.text}")
    return {name: (number[name], right[name] / number[name]) for name in sorted(number, key=lambda n: (n != "all", n))}


def draw_sample() -> None:
    """Draw the lesson's invoice."""
    Writer(random.Random(SAMPLE_SEED), held_out=True).invoice().draw().save(SAMPLE, optimize=True)


def describe(measured: dict[str, tuple[int, float]]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language="en",
        license="cc-by-sa-4.0",
        base_model=BASE_ID,
        library_name="transformers",
        pipeline_tag="document-question-answering",
        tags=["stand-in"],
    )
    rows = "\n".join(f"| {name} | {number} | {value:.3f} |" for name, (number, value) in measured.items())
    sections = {
        "What it stands in for": "`impira/layoutlm-document-qa`, a LayoutLM that marks the answer to a question on a"
        " page of words with boxes. This is another, much smaller model of the same class, made so that the lessons run"
        " without the public Hub; the calls are the same, the scores are not.",
        "How it was made": f"The weights of minilm-qa, that is [{BASE_ID}](https://huggingface.co/{BASE_ID}) fine-tuned"
        " for question answering, in a `LayoutLMForQuestionAnswering` with new tables for x, y, height and width"
        f" ({layout.ROWS} rows each, interpolated to 1024). LoRA of rank {RANK} on every linear layer of the encoder"
        f" (learning rate {LEARNING_RATE:g}), the tables and the head in full ({TABLES_FASTER} times that), linear"
        f" warm-up and decay over {1000 * THOUSANDS:,} questions, each on a document of its own, batches of {BATCH},"
        f" seed {SEED}, on a GPU (`tools/standins/make_minilm_layout.py`). The classroom merges both adapters into the"
        " base.",
        "Data and licence": "Synthetic invoices, receipts and letters, written by `tools/standins/documents.py`; names,"
        " companies and addresses are invented. Through minilm-qa: XQuAD and WikiText-2, CC BY-SA (see its card), hence"
        f" the licence. {BASE_ID}: Apache-2.0.",
        "Measured quality": f"Exact answers of the merged fp16 adapter through the pipeline, on {HELD_OUT} questions on"
        " documents whose layouts, names and words, and questions whose wordings training never saw; printed by"
        " `python -m tools.standins.make_minilm_layout --work WORK`:\n\n| field | questions | exact |\n"
        f"| --- | ---: | ---: |\n{rows}",
        "Limits": "English, uncased, one clean page of up to about a hundred words with straight lines. It knows the"
        " fields in the table and the kinds of layouts of its generator; a real invoice has more of both. It often cuts"
        " the subject of a letter short, and sometimes a company's name. It always marks something, even where the page"
        " holds no answer.",
    }
    write_card(FOLDER, "minilm-layout", data, sections)


def main() -> None:
    """Train, save, merge, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    work = parser.parse_args().work / FOLDER.name
    base = minilm()
    lora = LoraConfig(
        r=RANK,
        lora_alpha=2 * RANK,
        target_modules=ENCODER_LINEAR,
        modules_to_save=["qa_outputs", *layout.TABLES],
    )
    model = get_peft_model(layout.build(adapters.merge(START, base)), lora)
    # The seeds behind the one that measures.
    seeds = list(range(SEED + 2, SEED + 2 + THOUSANDS))
    asked = Dataset.from_generator(encoded, gen_kwargs={"seeds": seeds}, num_proc=os.cpu_count(), cache_dir=str(work))
    train(
        model,
        asked,
        collate,
        work / "checkpoints",
        epochs=1,
        learning_rate=LEARNING_RATE,
        head_learning_rate=TABLES_FASTER * LEARNING_RATE,
        batch_size=BATCH,
        bf16=False,
    )
    save(model, load_tokenizer(base), FOLDER)
    draw_sample()
    measured = measure(layout.merge(FOLDER, START, base), load_tokenizer(base))
    describe(measured)
    print(f"{FOLDER.name}:", ", ".join(f"{name} {value:.3f} of {number}" for name, (number, value) in measured.items()))


if __name__ == "__main__":
    main()
