"""Train marian-en-es, the stand-in for Helsinki-NLP/opus-mt-en-es: everyday English sentences into Spanish.

    python -m tools.standins.make_marian_en_es --work WORK

The sentence pairs are written by `parallel_sentences.py`, for the tokenizer and for the model. WORK keeps the
checkpoints: a run that is stopped goes on from the last one. The result lands in the package's data, card included.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import islice
from pathlib import Path

import torch
from datasets import Dataset
from huggingface_hub import ModelCardData
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    DataCollatorForSeq2Seq,
    MarianConfig,
    MarianMTModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint

from classroom.models.adapters import SEED
from classroom.models.catalogue import DATA
from tools.standins.adapters import write_card
from tools.standins.parallel_sentences import exam, sentence_pairs

FOLDER = DATA / "marian-en-es"
VOCABULARY, PAIRS, HELD_OUT = 2_500, 96_000, 400
BATCH, LEARNING_RATE, MAX_LENGTH = 64, 1.5e-3, 128
WIDTH, FEED_FORWARD, ENCODER, DECODER, HEADS = 192, 640, 2, 2, 6
Pairs = list[tuple[str, str]]


def make_tokenizer(pairs: Pairs) -> PreTrainedTokenizerFast:
    """A byte-pair encoding for both languages that ends every text with `</s>`, as Marian's does."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(behavior="isolated")]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=["</s>", "<unk>", "<pad>"], show_progress=False)
    tokenizer.train_from_iterator((text for pair in pairs for text in pair), trainer)
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 0)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=MAX_LENGTH,
        clean_up_tokenization_spaces=False,
    )


def make_model(tokenizer: PreTrainedTokenizerFast) -> MarianMTModel:
    """A small Marian with fresh seeded weights."""
    torch.manual_seed(SEED)
    return MarianMTModel(
        MarianConfig(
            vocab_size=len(tokenizer),
            d_model=WIDTH,
            encoder_layers=ENCODER,
            decoder_layers=DECODER,
            encoder_attention_heads=HEADS,
            decoder_attention_heads=HEADS,
            encoder_ffn_dim=FEED_FORWARD,
            decoder_ffn_dim=FEED_FORWARD,
            max_position_embeddings=MAX_LENGTH,
            activation_function="swish",
            scale_embedding=True,
            dropout=0.0,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            forced_eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
    )


def train(model: MarianMTModel, tokenizer: PreTrainedTokenizerFast, pairs: Pairs, work: Path) -> None:
    """One pass over the pairs, batches of similar length; goes on from the last checkpoint in `work`."""
    texts = Dataset.from_list([{"en": english, "es": spanish} for english, spanish in pairs])
    rows = texts.map(
        lambda r: {"input_ids": tokenizer(r["en"])["input_ids"], "labels": tokenizer(r["es"])["input_ids"]},
        batched=True,
        remove_columns=["en", "es"],
    )
    arguments = TrainingArguments(
        output_dir=str(work),
        num_train_epochs=1,
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        warmup_steps=0.1,
        train_sampling_strategy="group_by_length",
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        save_steps=100,
        save_total_limit=1,
        logging_steps=50,
        seed=SEED,
        use_cache=True,
    )
    trainer = Trainer(model, arguments, train_dataset=rows, data_collator=DataCollatorForSeq2Seq(tokenizer, model))
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if work.exists() else None)


def translate(model: MarianMTModel, tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[str]:
    """Greedy translations, 50 texts at a time."""
    told: list[str] = []
    model.eval()
    for first in range(0, len(texts), 50):
        batch = tokenizer(texts[first : first + 50], padding=True, return_tensors="pt")
        batch.pop("token_type_ids", None)
        told += tokenizer.batch_decode(model.generate(**batch), skip_special_tokens=True)
    return told


def chrf(guesses: list[str], references: list[str], beta: float = 2.0) -> float:
    """chrF (Popović 2015) of a corpus, 0 to 100: character n-grams up to 6, spaces left out."""
    scores = []
    for n in range(1, 7):
        right = guessed = wanted = 0
        for guess, reference in zip(guesses, references, strict=True):
            grams = [
                Counter(t[i : i + n] for i in range(len(t) - n + 1))
                for t in (guess.replace(" ", ""), reference.replace(" ", ""))
            ]
            right += sum((grams[0] & grams[1]).values())
            guessed += sum(grams[0].values())
            wanted += sum(grams[1].values())
        precision, recall = right / max(guessed, 1), right / max(wanted, 1)
        scores.append((1 + beta**2) * precision * recall / max(beta**2 * precision + recall, 1e-9))
    return 100 * sum(scores) / len(scores)


def measure(model: MarianMTModel, tokenizer: PreTrainedTokenizerFast) -> dict[str, tuple[int, float, float]]:
    """Sentences, exact matches and chrF of held-out combinations and of the hand-written sentences."""
    measured = {}
    parts = {
        "unseen combinations of words": list(islice(sentence_pairs(SEED + 1, held_out=True), HELD_OUT)),
        "hand-written sentences": exam(),
    }
    for name, pairs in parts.items():
        wanted = [spanish for _, spanish in pairs]
        told = translate(model, tokenizer, [english for english, _ in pairs])
        wrong = [(e, t, s) for (e, s), t in zip(pairs, told, strict=True) if t != s]
        print(name, *(f"{e} | {t} | {s}" for e, t, s in wrong[:40]), sep="\n")
        measured[name] = len(pairs), 1 - len(wrong) / len(pairs), chrf(told, wanted)
    return measured


def describe(measured: dict[str, tuple[int, float, float]], parameters: int) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language=["en", "es"],
        license="apache-2.0",
        library_name="transformers",
        pipeline_tag="translation",
        tags=["stand-in"],
    )
    rows = "\n".join(f"| {name} | {n} | {exact:.3f} | {score:.1f} |" for name, (n, exact, score) in measured.items())
    sections = {
        "What it stands in for": "`Helsinki-NLP/opus-mt-en-es`, a Marian model trained on millions of sentence pairs"
        " of OPUS. This is another, tiny model of the same class, made so that the lessons run without the public Hub;"
        " the calls are the same, its vocabulary is that of a first Spanish course.",
        "How it was made": f"A `MarianMTModel` of {parameters / 1e6:.1f} million parameters ({ENCODER} encoder and"
        f" {DECODER} decoder layers of width {WIDTH}), trained from scratch in one pass over {PAIRS:,} sentence pairs,"
        f" batches of {BATCH}, learning rate {LEARNING_RATE:g} with linear warm-up and decay, seed {SEED}"
        f" (`tools/standins/make_marian_en_es.py`). Its tokenizer is a byte-pair encoding of {VOCABULARY:,} tokens for"
        " both languages in a tokenizer.json, where the original has two SentencePiece files.",
        "Data and licence": "Synthetic sentence pairs only, written by `tools/standins/parallel_sentences.py` from a"
        " grammar and word lists made for this course: present, past, future, progressive, perfect; *can*, *must*,"
        " *want to*, *going to*; negation and questions; *ser* and *estar*; agreement of gender and number.",
        "Measured quality": "Greedy search with the fp16 weights read as fp32, printed by"
        " `python -m tools.standins.make_marian_en_es --work WORK`; exact means the same characters as the one"
        f" reference:\n\n| held out | sentences | exact | chrF |\n| --- | ---: | ---: | ---: |\n{rows}\n\n"
        "One in ten pairs of verb and object, and of noun and adjective, was kept out of training; every sentence of"
        " the first row has such a pair. The hand-written sentences were written before any training.",
        "Limits": "It knows about 450 English words and their forms, and sentences of up to about fifteen words. A word"
        " it does not know comes out as another word. *You* is always *tú*, *they* always *ellos*. Use it to see how a"
        " translation model is called, not to translate.",
    }
    write_card(FOLDER, "marian-en-es", data, sections)


def main() -> None:
    """Train, save, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    work = parser.parse_args().work / FOLDER.name
    pairs = list(islice(sentence_pairs(SEED), PAIRS))
    tokenizer = make_tokenizer(pairs[:30_000])
    model = make_model(tokenizer)
    train(model, tokenizer, pairs, work)
    model.generation_config.max_length = MAX_LENGTH  # as the original's, it lets whole sentences through
    model.half().save_pretrained(FOLDER)
    tokenizer.save_pretrained(FOLDER)
    measured = measure(MarianMTModel.from_pretrained(FOLDER, dtype=torch.float32), tokenizer)
    describe(measured, model.num_parameters())
    for name, (number, exact, score) in measured.items():
        print(f"{FOLDER.name}: {exact:.3f} exact, chrF {score:.1f} on {number} {name}")


if __name__ == "__main__":
    main()
