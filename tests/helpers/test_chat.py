"""The chat keeps its history, shows the text that the model really reads, and says in a sentence what cannot work."""

from __future__ import annotations

import time

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from helpers.widgets import ChatError, chat
from helpers.widgets.chat import Chat

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
SYSTEM = "Answer in one short sentence."
WIDGET = "application/vnd.jupyter.widget-view+json"
Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32), AutoTokenizer.from_pretrained(MODEL)


@pytest.fixture(scope="module")
def after_two_turns(loaded: Loaded) -> Chat:
    talk = chat(*loaded, system=SYSTEM, max_new_tokens=8)
    talk.say("What is the capital of France?")
    talk.say("And of <b>Spain</b>?")
    return talk


def test_the_history_keeps_every_turn(after_two_turns: Chat) -> None:
    roles = [message["role"] for message in after_two_turns.messages]
    assert roles == ["system", "user", "assistant", "user", "assistant"]
    assert after_two_turns.messages[0]["content"] == SYSTEM
    assert after_two_turns.messages[1]["content"] == "What is the capital of France?"


def test_the_prompt_shown_is_the_template_of_the_whole_history(after_two_turns: Chat, loaded: Loaded) -> None:
    read = loaded[1].apply_chat_template(after_two_turns.messages[:-1], tokenize=False, add_generation_prompt=True)
    assert after_two_turns.prompt == read
    assert "What is the capital of France?" in read and read.endswith("<|im_start|>assistant\n")


def test_the_answer_is_what_generate_writes_for_that_prompt(after_two_turns: Chat, loaded: Loaded) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(after_two_turns.prompt, add_special_tokens=False, return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=8, do_sample=False)
    new = output[0, inputs["input_ids"].shape[1] :]
    assert after_two_turns.messages[-1]["content"] == tokenizer.decode(new, skip_special_tokens=True)


def test_without_a_front_end_it_shows_conversation_and_prompt_as_text(after_two_turns: Chat) -> None:
    shown = after_two_turns._repr_mimebundle_()
    assert {WIDGET, "text/html", "text/plain"} == set(shown)
    assert "user: What is the capital of France?" in shown["text/plain"]
    assert after_two_turns.prompt in shown["text/plain"]
    assert after_two_turns.messages[-1]["content"] in shown["text/plain"]


def test_what_is_typed_is_shown_as_text_and_not_as_html(after_two_turns: Chat) -> None:
    for page in (after_two_turns.conversation_page.value, after_two_turns.prompt_page.value):
        assert "&lt;b&gt;Spain&lt;/b&gt;" in page
    assert "<b>&lt;|im_start|&gt;</b>assistant" in after_two_turns.prompt_page.value


def test_a_conversation_that_does_not_fit_is_refused_in_one_sentence(loaded: Loaded) -> None:
    talk = chat(*loaded)
    with pytest.raises(ChatError, match=r"^This conversation has 9,\d+ tokens.* new chat\.$"):
        talk.say("word " * 9000)
    assert talk.messages == []
    talk.message_box.value = "word " * 9000
    talk.send_button.click()
    assert "tokens" in talk.status.value and talk.message_box.value and not talk.send_button.disabled


def test_the_send_button_answers_and_the_stop_button_keeps_what_was_written(loaded: Loaded) -> None:
    talk = chat(*loaded, min_new_tokens=300, max_new_tokens=300)
    talk.message_box.value = "Tell me a story."
    talk.send_button.click()
    assert talk.send_button.disabled and not talk.stop_button.disabled and talk.message_box.value == ""
    while not talk.text:
        time.sleep(0.01)
    talk.stop_button.click()
    answer = talk.wait()
    assert talk.status.value.endswith("stopped") and not talk.send_button.disabled
    assert talk.messages[-1] == {"role": "assistant", "content": answer} and answer


def test_enter_in_the_box_sends(loaded: Loaded) -> None:
    talk = chat(*loaded, max_new_tokens=2)
    talk.message_box.value = "Hello!"
    talk.message_box._handle_custom_msg({"event": "submit"}, [])
    talk.wait()
    assert [message["role"] for message in talk.messages] == ["user", "assistant"]


def test_a_new_chat_begins_with_the_system_message_alone(loaded: Loaded) -> None:
    talk = chat(*loaded, system=SYSTEM, max_new_tokens=2)
    talk.say("Hello!")
    talk.clear_button.click()
    assert [message["role"] for message in talk.messages] == ["system"]
    assert talk.prompt == loaded[1].apply_chat_template(talk.messages, tokenize=False)


def test_a_failed_generation_leaves_the_history_as_it_was(loaded: Loaded) -> None:
    talk = chat(*loaded, do_sample=True, temperature=0.0)
    with pytest.raises(ValueError, match="temperature"):
        talk.say("Hello!")
    assert talk.messages == [] and "temperature" in talk.status.value and not talk.send_button.disabled


def test_a_tokenizer_without_a_template_is_refused(loaded: Loaded) -> None:
    bare = AutoTokenizer.from_pretrained("flax-community/gpt-2-spanish")
    with pytest.raises(ChatError, match="no chat template"):
        chat(loaded[0], bare)


def test_a_template_that_refuses_the_system_message_says_so(loaded: Loaded) -> None:
    mistral = AutoTokenizer.from_pretrained("unsloth/mistral-7b-instruct-v0.1")
    with pytest.raises(ChatError, match="refuses this conversation: Conversation roles must alternate"):
        chat(loaded[0], mistral, system=SYSTEM)


def test_an_empty_message_is_not_sent(loaded: Loaded) -> None:
    talk = chat(*loaded)
    talk.send_button.click()
    assert talk.messages == [] and talk.status.value == "Write a message first."
