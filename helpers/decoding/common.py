"""What both searches refuse."""

from transformers import GenerationConfig, PreTrainedModel


def check_common(name: str, model: PreTrainedModel, config: GenerationConfig) -> None:
    """Raise a ValueError, in one sentence, for what neither search can do."""
    if model.config.is_encoder_decoder:
        raise ValueError(f"{name} is for decoder-only models; {type(model).__name__} has an encoder too.")
    if config.do_sample:
        raise ValueError(f"{name} does not sample: leave do_sample out or set it to False.")
    if config.return_dict_in_generate and (config.output_attentions or config.output_hidden_states):
        raise ValueError(f"{name} returns no attentions or hidden states: leave out what asks for them.")
