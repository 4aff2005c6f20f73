"""Contrastive and group beam search: against slow versions written out here, and against the library where it can."""

from __future__ import annotations

import ast
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers import (
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)
from transformers.generation import BaseStreamer, GenerationMode
from transformers.generation import utils as generation

from classroom.models.catalogue import DATA


def code_of(repository: str) -> ModuleType:
    """The module in which the repository keeps its search."""
    path = DATA / repository / "custom_generate" / "generate.py"
    spec = spec_from_file_location(repository.replace("-", "_"), path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


contrastive_search = code_of("contrastive-search").contrastive_search
group_beam_search = code_of("group-beam-search").group_beam_search
PAD, END, VOCABULARY = 1, 2, 47
SPECIAL = {"vocab_size": VOCABULARY, "bos_token_id": END, "eos_token_id": END, "pad_token_id": PAD}
SHAPE = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
PROMPTS = [[5, 9, 12], [30, 4, 4, 17, 6], [8]]
CONTRASTIVE = {"custom_generate": contrastive_search, "penalty_alpha": 0.6, "top_k": 4}
GROUPS = {"custom_generate": group_beam_search, "num_beams": 6, "num_beam_groups": 3, "diversity_penalty": 0.7}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tiny models are faster so, and far faster on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(kind: str):
    torch.manual_seed(7)
    if kind == "gpt2":
        config = GPT2Config(n_positions=64, n_embd=24, n_layer=2, n_head=4, initializer_range=0.3, **SPECIAL)
        return GPT2LMHeadModel(config).eval()
    options = SHAPE | SPECIAL | {"num_key_value_heads": 2, "initializer_range": 0.3}
    if kind == "llama":
        return LlamaForCausalLM(LlamaConfig(**options)).eval()
    return MistralForCausalLM(MistralConfig(sliding_window=4, **options)).eval()


@pytest.fixture(scope="module", params=["gpt2", "llama", "mistral with a sliding window"])
def model(request):
    return build(request.param.split()[0])


@pytest.fixture(scope="module")
def gpt2():
    return build("gpt2")


def batch(prompts: list[list[int]]) -> dict[str, torch.Tensor]:
    """The prompts padded on the left, with their mask."""
    longest = max(map(len, prompts))
    ids = [[PAD] * (longest - len(p)) + p for p in prompts]
    mask = [[0] * (longest - len(p)) + [1] * len(p) for p in prompts]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


def rows(sequences: torch.Tensor) -> list[list[int]]:
    """Without padding, which the tests forbid the models to say."""
    return [[token for token in row if token != PAD] for row in sequences.tolist()]


@torch.no_grad()
def slow_contrastive(model, tokens: list[int], alpha: float, k: int, new: int) -> list[int]:
    """Su et al. 2022 with the whole text run again for every candidate."""
    for _ in range(new):
        logits = model(torch.tensor([tokens])).logits[0, -1]
        logits[PAD] = -torch.inf
        best = []
        probabilities, candidates = logits.softmax(-1).topk(k)
        texts = torch.tensor([[*tokens, token] for token in candidates.tolist()])
        for probability, text, states in zip(
            probabilities, texts, model(texts, output_hidden_states=True).hidden_states[-1], strict=True
        ):
            similarity = F.cosine_similarity(states[-1:], states[:-1]).max()
            best.append(((1 - alpha) * probability - alpha * similarity, text.tolist()))
        tokens = max(best)[1]
        if tokens[-1] == END:
            break
    return tokens


@torch.no_grad()
def slow_groups(model, prompt: list[int], beams: int, groups: int, penalty: float, new: int) -> list[list[int]]:
    """Vijayakumar et al. 2016, a beam at a time: all ended or last beams, best first, scored a token."""
    size = beams // groups
    running = [[(0.0, prompt)] for _ in range(groups)]
    ended, done = [[] for _ in range(groups)], [False] * groups
    for step in range(1, new + 1):
        said: list[int] = []
        for g in range(groups):
            if done[g]:
                said += [PAD] * size
                continue
            options = []
            logits = model(torch.tensor([tokens for _, tokens in running[g]])).logits[:, -1]
            for (score, tokens), log_probs in zip(running[g], logits.log_softmax(-1), strict=True):
                log_probs -= penalty * torch.bincount(torch.tensor(said, dtype=torch.long), minlength=VOCABULARY)
                log_probs[PAD] = -torch.inf
                options += [(score + float(value), [*tokens, t]) for t, value in enumerate(log_probs)]
            options = sorted(options, key=lambda option: -option[0])[: 2 * size]
            ends = [(score / step, tokens) for score, tokens in options[:size] if tokens[-1] == END]
            ended[g] = sorted(ended[g] + ends, key=lambda option: -option[0])[:size]
            running[g] = [option for option in options if option[1][-1] != END][:size]
            said += [tokens[-1] for _, tokens in running[g]]
            done[g] = len(ended[g]) == size and ended[g][-1][0] >= options[0][0] / step
        if all(done):
            break
    for g in range(groups):
        last = [] if done[g] else [(score / step, tokens) for score, tokens in running[g]]
        ended[g] = sorted(ended[g] + last, key=lambda option: -option[0])[:size]
    return [tokens for _, tokens in sorted(chain(*ended), key=lambda option: -option[0])]


@pytest.mark.parametrize(("alpha", "k"), [(0.6, 4), (0.2, 3), (1.0, 8)])
def test_contrastive_search_agrees_with_the_slow_version_in_a_padded_batch(model, alpha, k):
    settings = CONTRASTIVE | {"penalty_alpha": alpha, "top_k": k}
    found = model.generate(**batch(PROMPTS), **settings, max_new_tokens=12, suppress_tokens=[PAD])
    assert rows(found) == [slow_contrastive(model, prompt, alpha, k, 12) for prompt in PROMPTS]


def test_contrastive_search_computes_logits_for_the_winners_only(model):
    rows_at_the_head = []
    note = model.get_output_embeddings().register_forward_pre_hook(
        lambda _, inputs: rows_at_the_head.append(len(inputs[0]))
    )
    with note:
        model.generate(**batch(PROMPTS), **CONTRASTIVE, max_new_tokens=4, suppress_tokens=[PAD, END])
    assert rows_at_the_head == [len(PROMPTS)] * 5


def test_contrastive_search_takes_a_model_without_a_body_of_its_own(gpt2, monkeypatch):
    expected = gpt2.generate(**batch(PROMPTS), **CONTRASTIVE, max_new_tokens=8, suppress_tokens=[PAD])
    monkeypatch.setattr(type(gpt2), "base_model", property(lambda self: self))
    found = gpt2.generate(**batch(PROMPTS), **CONTRASTIVE, max_new_tokens=8, suppress_tokens=[PAD])
    assert torch.equal(found, expected)


@pytest.mark.parametrize(("beams", "groups", "penalty"), [(6, 3, 0.7), (5, 5, 1.0), (4, 2, 0.2)])
def test_group_beam_search_agrees_with_the_slow_version_in_a_padded_batch(model, beams, groups, penalty):
    settings = {"num_beams": beams, "num_beam_groups": groups, "diversity_penalty": penalty}
    found = model.generate(
        **batch(PROMPTS),
        **settings,
        custom_generate=group_beam_search,
        num_return_sequences=beams,
        max_new_tokens=10,
        suppress_tokens=[PAD],
    )
    slow = [slow_groups(model, prompt, beams, groups, penalty, 10) for prompt in PROMPTS]
    assert rows(found) == list(chain(*slow))


@pytest.mark.parametrize("settings", [CONTRASTIVE, GROUPS], ids=["contrastive", "groups"])
@pytest.mark.parametrize("more", [{}, {"no_repeat_ngram_size": 2, "min_new_tokens": 6, "repetition_penalty": 1.3}])
def test_a_padded_batch_gives_what_its_rows_give_one_by_one(model, settings, more):
    settings = settings | more | {"max_new_tokens": 14, "suppress_tokens": [PAD]}
    together = rows(model.generate(**batch(PROMPTS), **settings))
    assert together == [rows(model.generate(**batch([prompt]), **settings))[0] for prompt in PROMPTS]


def test_contrastive_search_without_penalty_is_greedy(model):
    settings = {"max_new_tokens": 20, "no_repeat_ngram_size": 3}
    found = model.generate(**batch(PROMPTS), **(CONTRASTIVE | {"penalty_alpha": 0}), **settings)
    assert torch.equal(found, model.generate(**batch(PROMPTS), do_sample=False, **settings))


@pytest.mark.parametrize("early", [False, True, "never"])
def test_one_group_is_the_librarys_beam_search(model, early):
    settings = {"num_beams": 4, "num_return_sequences": 4, "max_new_tokens": 12, "early_stopping": early}
    settings |= {"return_dict_in_generate": True, "output_scores": True, "suppress_tokens": [PAD]}
    ours = model.generate(**batch(PROMPTS), **settings, custom_generate=group_beam_search)
    theirs = model.generate(**batch(PROMPTS), **settings)
    assert torch.equal(ours.sequences, theirs.sequences)
    assert torch.equal(ours.beam_indices, theirs.beam_indices)
    torch.testing.assert_close(ours.sequences_scores, theirs.sequences_scores)


def test_a_sequence_stops_at_the_end_token_and_is_padded(gpt2):
    plain = gpt2.generate(**batch(PROMPTS), **CONTRASTIVE, max_new_tokens=12, suppress_tokens=[PAD, END])
    end = plain[0, 8].item()  # the fourth new token of the first prompt ends it now
    found = gpt2.generate(
        **batch(PROMPTS), **CONTRASTIVE, max_new_tokens=12, suppress_tokens=[PAD, END], eos_token_id=end
    )
    for before, after in zip(plain[:, 5:].tolist(), found[:, 5:].tolist(), strict=True):
        length = before.index(end) + 1 if end in before else 12
        assert after == before[:length] + [PAD] * (len(after) - length)


def test_what_return_dict_gives(gpt2):
    asked = {"return_dict_in_generate": True, "output_scores": True, "output_logits": True, "max_new_tokens": 7}
    plain = gpt2.generate(**batch(PROMPTS), **CONTRASTIVE, **asked, min_new_tokens=7)
    assert isinstance(plain, generation.GenerateDecoderOnlyOutput)
    assert [s.shape for s in plain.scores] == [x.shape for x in plain.logits] == [(3, VOCABULARY)] * 7
    assert plain.sequences.shape == (3, 12)
    beams = gpt2.generate(**batch(PROMPTS), **GROUPS, **asked, num_return_sequences=2)
    assert isinstance(beams, generation.GenerateBeamDecoderOnlyOutput)
    assert [s.shape for s in beams.scores] == [x.shape for x in beams.logits] == [(18, VOCABULARY)] * 7
    steps = gpt2.compute_transition_scores(beams.sequences, beams.scores, beams.beam_indices)
    torch.testing.assert_close(steps.sum(1) / (beams.beam_indices >= 0).sum(1), beams.sequences_scores)


def test_without_a_cache_the_groups_find_the_same(gpt2):
    settings = GROUPS | {"max_new_tokens": 8, "num_return_sequences": 6}
    with_cache = gpt2.generate(**batch(PROMPTS), **settings)
    assert torch.equal(with_cache, gpt2.generate(**batch(PROMPTS), **settings, use_cache=False))


def test_diversity_makes_the_first_tokens_differ(gpt2):
    settings = {"num_beams": 5, "num_beam_groups": 5, "diversity_penalty": 50.0, "num_return_sequences": 5}
    found = gpt2.generate(**batch(PROMPTS[:1]), **settings, custom_generate=group_beam_search, max_new_tokens=1)
    assert len({row[-1] for row in found.tolist()}) == 5


ERRORS = [
    ({"custom_generate": contrastive_search, "top_k": 4}, "needs penalty_alpha"),
    (CONTRASTIVE | {"penalty_alpha": 1.5}, "between 0 and 1, but is 1.5"),
    (CONTRASTIVE | {"top_k": 1}, "top_k must be 2 or more, but is 1"),
    (CONTRASTIVE | {"do_sample": True}, "does not sample"),
    (CONTRASTIVE | {"num_beams": 2}, "follows one sequence"),
    (CONTRASTIVE | {"use_cache": False}, "use_cache=True"),
    (CONTRASTIVE | {"return_dict_in_generate": True, "output_attentions": True}, "no attentions or hidden states"),
    (GROUPS | {"num_beam_groups": 4}, r"num_beams \(6\) must be a multiple of num_beam_groups \(4\)"),
    (GROUPS | {"diversity_penalty": 0.0}, "diversity_penalty must be above 0"),
    (GROUPS | {"diversity_penalty": -1.0}, "diversity_penalty must be above 0"),
    (GROUPS | {"num_beam_groups": 1}, "set num_beam_groups to 2 or more"),
    (GROUPS | {"num_return_sequences": 7}, "num_return_sequences.* 7|7.*num_beams"),
    (GROUPS | {"do_sample": True}, "does not sample"),
]


@pytest.mark.parametrize(("settings", "sentence"), ERRORS)
def test_bad_input_gets_one_clear_sentence(gpt2, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        gpt2.generate(**batch(PROMPTS), **settings, max_new_tokens=3)


@pytest.mark.parametrize("settings", [CONTRASTIVE, GROUPS], ids=["contrastive", "groups"])
def test_encoder_decoder_models_are_refused(settings):
    sizes = {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 1, "num_heads": 2, "decoder_start_token_id": PAD}
    model = T5ForConditionalGeneration(T5Config(**SPECIAL, **sizes))
    with pytest.raises(ValueError, match="decoder-only models; T5ForConditionalGeneration has an encoder"):
        model.generate(**batch(PROMPTS), **settings, max_new_tokens=3)


def test_a_filled_cache_is_refused(gpt2):
    inputs = batch(PROMPTS[:1])
    outputs = gpt2(**inputs)
    name = "cache" if "cache" in outputs else "past_key_values"  # renamed in transformers 5.24
    longer = {key: F.pad(value, (0, 1), value=1) for key, value in inputs.items()}
    with pytest.raises(ValueError, match="must see the whole prompt"):
        gpt2.generate(**longer, **CONTRASTIVE, **{name: outputs[name]}, max_new_tokens=3)


class Listener(BaseStreamer):
    def __init__(self):
        self.tokens, self.ended = [], False

    def put(self, value):
        self.tokens += value.flatten().tolist()

    def end(self):
        self.ended = True


@pytest.fixture
def repositories(tmp_path, monkeypatch):
    """The two repositories, their code copied to a folder of the test's own instead of the user's cache."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    loaded = set(sys.modules)
    yield {name: str(DATA / name) for name in ("contrastive-search", "group-beam-search")}
    for name in set(sys.modules) - loaded:
        if name.startswith("transformers_modules"):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "settings"),
    [("contrastive-search", CONTRASTIVE), ("group-beam-search", GROUPS)],
    ids=["contrastive", "groups"],
)
def test_the_public_line_runs_the_same_search(gpt2, repositories, monkeypatch, name, settings):
    inputs, more = batch(PROMPTS), {"max_new_tokens": 9}
    expected = gpt2.generate(**inputs, **settings, **more)
    arguments = {key: value for key, value in settings.items() if key != "custom_generate"} | more
    public = {"custom_generate": repositories[name], "trust_remote_code": True}
    assert torch.equal(expected, gpt2.generate(**inputs, **arguments, **public))
    assert torch.equal(expected, gpt2.generate(**inputs, generation_config=GenerationConfig(**arguments), **public))
    # without custom_generate the library recognises the arguments and fetches the repository by its id
    mode = GenerationMode.CONTRASTIVE_SEARCH if name == "contrastive-search" else GenerationMode.GROUP_BEAM_SEARCH
    assert generation.GENERATION_MODES_MAPPING[mode] == f"transformers-community/{name}"
    monkeypatch.setitem(generation.GENERATION_MODES_MAPPING, mode, repositories[name])
    assert torch.equal(expected, gpt2.generate(**inputs, **arguments, trust_remote_code=True))
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        gpt2.generate(**inputs, **arguments)


def test_streaming(gpt2, repositories):
    inputs = batch(PROMPTS[:1])
    listener = Listener()
    settings = {"penalty_alpha": 0.6, "top_k": 4, "max_new_tokens": 9, "trust_remote_code": True}
    found = gpt2.generate(**inputs, custom_generate=repositories["contrastive-search"], streamer=listener, **settings)
    assert listener.ended
    assert listener.tokens == found[0].tolist()
    settings = {"num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 1.0, "trust_remote_code": True}
    with pytest.raises(ValueError, match="A streamer needs tokens that are final"):
        gpt2.generate(
            **inputs, custom_generate=repositories["group-beam-search"], streamer=listener, max_new_tokens=3, **settings
        )


@pytest.mark.parametrize("name", ["contrastive-search", "group-beam-search"])
def test_a_repository_needs_only_torch_and_transformers(name):
    tree = ast.parse((DATA / name / "custom_generate" / "generate.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    used = {module.split(".")[0] for module in modules}
    assert used <= {"torch", "transformers", *sys.stdlib_module_names}
