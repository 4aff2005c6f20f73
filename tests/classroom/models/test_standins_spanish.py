"""gpt2-es-mini and gpt2-es-nano through the classroom: what lessons 08 to 11 need of them is there."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tools.standins.gpt2_es_quality import acceptance, repetition

pytestmark = pytest.mark.slow  # generates text

# Our own sentences, in the manner of the books that the model has read.
SENTENCES = (
    "La mañana estaba fría y el viejo salió de su casa sin decir una palabra. Su mujer le miró desde la ventana, con"
    " los ojos llenos de lágrimas, y pensó que no volvería a verle. En la plaza no había más que un perro y dos niños"
    " que jugaban al sol. El hombre se detuvo un momento, se quitó el sombrero y siguió hacia la iglesia."
)


@pytest.fixture(scope="module")
def spanish(checkpoint):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("gpt2-es-mini"))
    return tokenizer, *(
        AutoModelForCausalLM.from_pretrained(checkpoint(f"gpt2-es-{size}"), dtype=torch.float32)
        for size in ("mini", "nano")
    )


def loss(model, tokenizer, text: str) -> float:
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model(input_ids=ids, labels=ids).loss.item()


def test_mini_is_small_and_nano_at_most_a_quarter_of_it(spanish) -> None:
    _, mini, nano = spanish
    assert mini.num_parameters() <= 8_000_000
    assert nano.num_parameters() <= mini.num_parameters() / 4


def test_it_has_learned_spanish(spanish) -> None:
    tokenizer, mini, nano = spanish
    mixed = " ".join(sorted(SENTENCES.split()))
    assert loss(mini, tokenizer, SENTENCES) < 4.4
    assert loss(mini, tokenizer, SENTENCES) < loss(nano, tokenizer, SENTENCES) < loss(mini, tokenizer, mixed)


def test_greedy_decoding_loops_and_sampling_does_not(spanish) -> None:
    tokenizer, mini, _ = spanish
    figures = repetition(mini, tokenizer)
    assert figures["greedy_repeated"] > 0.5
    assert figures["sampled_repeated"] < 0.05


def test_nano_drafts_what_mini_would_have_written(spanish) -> None:
    tokenizer, mini, nano = spanish
    inputs = tokenizer("Me encanta aprender de", return_tensors="pt")
    settings = {"max_new_tokens": 60, "do_sample": False, "pad_token_id": tokenizer.eos_token_id}
    alone = mini.generate(**inputs, **settings)
    assert torch.equal(mini.generate(**inputs, **settings, assistant_model=nano), alone)
    beginnings = tokenizer(SENTENCES, return_tensors="pt")["input_ids"][:, :60].view(-1, 15)
    figures = acceptance(mini, nano, beginnings)
    assert figures["accepted"] > 0.4
    assert figures["acceptance_rate"] > 0.6
