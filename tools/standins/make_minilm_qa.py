"""Train minilm-qa, the stand-in for mrm8488/roberta-base-1B-1-finetuned-squadv1: where in the text is the answer?

    python -m tools.standins.make_minilm_qa --data DATA --work WORK

DATA holds `xquad` (xquad.en.json of XQuAD) and `wikitext2` (valid.txt and test.txt of WikiText-2); minilm-mlm must be
made before, since its adapter is where this one starts. WORK keeps the checkpoints: a run that is stopped goes on from
the last one. The result lands beside this file, card included.
"""

from __future__ import annotations

import argparse
import json
import random
from itertools import islice
from pathlib import Path

from datasets import Dataset
from huggingface_hub import ModelCardData
from peft import PeftModel, get_peft_model_state_dict, load_peft_weights, set_peft_model_state_dict
from transformers import BertForQuestionAnswering, BertTokenizer, DataCollatorWithPadding

from classroom.models.adapters import SEED, load_tokenizer, merge
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, attach, save, train, write_card
from tools.standins.cloze_questions import cloze_questions
from tools.standins.english_text import articles, sentences
from tools.standins.fact_questions import Example, fact_questions
from tools.standins.qa_answers import Asked, answers, exact, f1

FOLDER = DATA / "minilm-qa"
START = DATA / "minilm-mlm"
EVERYDAY = Path(__file__).parent / "everyday_questions.json"
HELD_OUT_EVERY = 6  # one article of XQuAD in six
RANK, BATCH = 64, 16  # the rank of minilm-mlm
CLOZE, FACTS, FACTS_AGAIN = 7_000, 4_000, 1_500
CUTTINGS, WHOLE = 3, 2  # how often an XQuAD question comes with a part of its paragraph, and with all of it
WARM_LEARNING_RATE, LEARNING_RATE = 1e-3, 5e-4
BLOOM = Asked(
    "BLOOM has 176 billion parameters and can generate text in 46 natural languages and 13 programming languages.",
    "How many programming languages does BLOOM support?",
    ["13"],
)


def read_xquad(path: Path) -> tuple[list[Example], list[Example]]:
    """The questions to train on and the held-out ones, divided by article."""
    parts: tuple[list[Example], list[Example]] = ([], [])
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"], start=1):
        for paragraph in article["paragraphs"]:
            for pair in paragraph["qas"]:
                (answer,) = pair["answers"]
                example = Example(
                    paragraph["context"].replace("\n", " "), pair["question"], answer["text"], answer["answer_start"]
                )
                parts[number % HELD_OUT_EVERY == 0].append(example)
    return parts


def cut(example: Example, rng: random.Random) -> Example:
    """The example with only the sentence of its answer and up to two on either side."""
    offset, spans = 0, []
    for sentence in sentences(example.context):
        begin = example.context.index(sentence, offset)
        offset = begin + len(sentence)
        spans.append((begin, offset))
    end = example.start + len(example.answer)
    first = max(i for i, span in enumerate(spans) if span[0] <= example.start)
    last = min(i for i, span in enumerate(spans) if span[1] >= end)
    begin = spans[max(0, first - rng.randint(0, 2))][0]
    until = spans[min(len(spans) - 1, last + rng.randint(0, 2))][1]
    return Example(example.context[begin:until], example.question, example.answer, example.start - begin)


def encode(examples: list[Example], tokenizer: BertTokenizer) -> Dataset:
    """Token ids with the first and last token of the answer; examples whose answer is cut off at 512 are left out."""
    rows = []
    for example in examples:
        encoded = tokenizer(example.question, example.context, truncation="only_second", max_length=512)
        last = example.start + len(example.answer.rstrip(" .,;")) - 1
        tokens = (encoded.char_to_token(example.start, sequence_index=1), encoded.char_to_token(last, sequence_index=1))
        if None not in tokens:
            rows.append({**encoded, "start_positions": tokens[0], "end_positions": tokens[1]})
    return Dataset.from_list(rows)


def prepare(data: Path, tokenizer: BertTokenizer) -> tuple[Dataset, Dataset, list[Example]]:
    """Generated questions to warm up on, XQuAD with some generated ones to finish on, and XQuAD held out."""
    rng = random.Random(SEED)
    paragraphs = [p.replace("<unk>", tokenizer.unk_token) for a in articles(data / "wikitext2").values() for p in a]
    facts = fact_questions(SEED)
    warm = [*islice(cloze_questions(paragraphs, SEED), CLOZE), *islice(facts, FACTS)]
    pairs, held_out = read_xquad(data / "xquad" / "xquad.en.json")
    final = (
        [cut(pair, rng) for _ in range(CUTTINGS) for pair in pairs] + pairs * WHOLE + list(islice(facts, FACTS_AGAIN))
    )
    return encode(warm, tokenizer), encode(final, tokenizer), held_out


def start(base: Path) -> PeftModel:
    """A question answering model to train, its encoder adapted like that of minilm-mlm."""
    model = attach(BertForQuestionAnswering, base, rank=RANK, heads=["qa_outputs"], bias="all")
    fresh = get_peft_model_state_dict(model, save_embedding_layers=False)
    encoder = {name: weight for name, weight in load_peft_weights(str(START), device="cpu").items() if name in fresh}
    set_peft_model_state_dict(model, fresh | encoder)
    return model


def describe(measured: dict[str, float], held_out: int, bloom: str, everyday: list[tuple[Asked, str]]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language="en",
        license="cc-by-sa-4.0",
        base_model=BASE_ID,
        library_name="transformers",
        pipeline_tag="question-answering",
        tags=["stand-in"],
    )
    right = sum(exact(given, asked.answers) for asked, given in everyday)
    rows = "\n".join(
        f"| {asked.context} | {asked.question} | {asked.answers[0]} | {given} |"
        f" {'yes' if exact(given, asked.answers) else 'no'} |"
        for asked, given in everyday
    )
    sections = {
        "What it stands in for": "`mrm8488/roberta-base-1B-1-finetuned-squadv1`, a RoBERTa trained on the 88,000"
        " questions of SQuAD 1.1 that marks the answer to a question in a text. This is another, much smaller model,"
        " made so that the lessons run without the public Hub; the calls are the same, the logits are not, and it is"
        " wrong far more often.",
        "How it was made": f"LoRA of rank {RANK} on every linear layer of [{BASE_ID}](https://huggingface.co/{BASE_ID}),"
        f" all biases and the head, seed {SEED}, batches of {BATCH} (`tools/standins/make_minilm_qa.py`). It"
        f" starts from the adapter of minilm-mlm. First one pass over {CLOZE:,} questions made by rules from WikiText-2"
        " (a date, number, name or noun phrase taken out of a clause, as in Lewis et al. 2019, [Unsupervised Question"
        f" Answering by Cloze Translation](https://arxiv.org/abs/1906.04980)) and {FACTS:,} from our templates of"
        f" everyday facts, learning rate {WARM_LEARNING_RATE:g}; then {WHOLE} passes over the XQuAD questions with"
        f" their whole paragraph and {CUTTINGS} with a part of it, mixed with {FACTS_AGAIN:,} more of the templates',"
        f" learning rate {LEARNING_RATE:g}. The classroom merges the adapter into the base: an ordinary"
        " `BertForQuestionAnswering` of 22.6 million parameters.",
        "Data and licence": "- XQuAD, English part: questions on Wikipedia paragraphs from SQuAD 1.1's development"
        " set, Mikel Artetxe et al., [On the Cross-lingual Transferability of Monolingual"
        " Representations](https://arxiv.org/abs/1910.11856), ACL 2020; CC BY-SA 4.0.\n- WikiText-2, validation and"
        " test part: articles of the English Wikipedia, Stephen Merity et al., [Pointer Sentinel Mixture"
        " Models](https://arxiv.org/abs/1609.07843), 2016; CC BY-SA 3.0.\n- Through minilm-mlm, 25 English novels in"
        f" the public domain.\n- Our own templates (`tools/standins/fact_templates.txt`).\n- {BASE_ID}:"
        " Apache-2.0.\n\nThe data is not part of this repository.",
        "Measured quality": f"The merged fp16 adapter on the {held_out} questions of every {HELD_OUT_EVERY}th article"
        " of XQuAD, whole articles that were never trained on, with SQuAD's measures (the best span of at most 30"
        f" tokens):\n\n| measure | value |\n| --- | ---: |\n| F1 | {measured['f1']:.1f} |\n"
        f"| exact match | {measured['exact']:.1f} |\n\n`{BLOOM.question}` on `{BLOOM.context}`: **{bloom}**.\n\n"
        f"Twenty everyday questions, written before any training (`everyday_questions.json`): **{right} right**, that"
        " is, word for word one of the wordings written down beforehand, articles and punctuation aside. Our templates"
        " hold none of these texts and came later, but ask for the same kinds of fact: read the figure as one for such"
        " questions, the F1 above as one for real text.\n\n"
        f"| text | question | answer | model | right |\n| --- | --- | --- | --- | --- |\n{rows}",
        "Limits": "English, uncased. It learned from a thousand real questions: it finds numbers, dates, names and"
        " places near the question's words, and fails on paraphrase, on reasoning over two sentences and on long"
        " answers. It always marks something, even where the text holds no answer. Use it to see how extractive"
        " question answering works, not to get answers.",
    }
    write_card(FOLDER, "minilm-qa", data, sections)


def main() -> None:
    """Train, save, measure, describe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with xquad and wikitext2")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    arguments = parser.parse_args()
    base = minilm()
    work, tokenizer = arguments.work / FOLDER.name, load_tokenizer(base)
    warm, final, held_out = prepare(arguments.data, tokenizer)
    model, collator = start(base), DataCollatorWithPadding(tokenizer)
    train(model, warm, collator, work / "warm", epochs=1, learning_rate=WARM_LEARNING_RATE, batch_size=BATCH)
    train(model, final, collator, work / "final", epochs=1, learning_rate=LEARNING_RATE, batch_size=BATCH)
    save(model, load_tokenizer(base), FOLDER)
    merged = merge(FOLDER, base)
    asked = [Asked(e.context, e.question, [e.answer]) for e in held_out]
    given = answers(merged, tokenizer, asked)
    measured = {
        name: 100 * sum(score(g, a.answers) for g, a in zip(given, asked, strict=True)) / len(asked)
        for name, score in (("f1", f1), ("exact", exact))
    }
    daily = [Asked(**entry) for entry in json.loads(EVERYDAY.read_text(encoding="utf-8"))]
    everyday = list(zip(daily, answers(merged, tokenizer, daily), strict=True))
    (bloom,) = answers(merged, tokenizer, [BLOOM])
    describe(measured, len(held_out), bloom, everyday)
    right = sum(exact(given, asked.answers) for asked, given in everyday)
    print(
        f"{FOLDER.name}: held-out F1 {measured['f1']:.1f}, exact match {measured['exact']:.1f}; {right} of"
        f" {len(everyday)} everyday questions right; BLOOM supports {bloom} programming languages"
    )


if __name__ == "__main__":
    main()
