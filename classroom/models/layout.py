"""LayoutLM on MiniLM: a question answering BERT that also knows where on the page each word stands.

LayoutLM (Xu et al. 2020, "LayoutLM: Pre-training of Text and Layout for Document Image Understanding") is BERT with
four more tables of embeddings: of x, y, height and width, in thousandths of the page. The committed adapter holds every
table as a few rows with linear interpolation between them: neighbouring places are alike, and the file is small.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import LayoutLMConfig, LayoutLMForQuestionAnswering, PreTrainedModel

from classroom.models import adapters

TABLES = tuple(f"{name}_position_embeddings" for name in "xyhw")
ROWS = 65  # one for every sixteen thousandths


class GridEmbedding(nn.Module):
    """An embedding of 0 to `size` - 1 with linear interpolation between ROWS trained rows."""

    def __init__(self, size: int, width: int) -> None:
        """Start from small random rows."""
        super().__init__()
        self.size = size
        self.weight = nn.Parameter(0.01 * torch.randn(ROWS, width))

    def forward(self, places: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of `places`, of any shape: that shape and the width."""
        exact = places.unsqueeze(-1) * ((ROWS - 1) / (self.size - 1))
        shares = (1 - (exact - torch.arange(ROWS, device=places.device)).abs()).clamp(min=0)
        return shares.to(self.weight.dtype) @ self.weight

    def expanded(self) -> nn.Embedding:
        """Return the ordinary embedding with a row for every place."""
        table: nn.Embedding = nn.Embedding.from_pretrained(self(torch.arange(self.size)).detach(), freeze=False)
        return table


def build(start: PreTrainedModel) -> LayoutLMForQuestionAnswering:
    """Return a LayoutLM with the weights of `start`, a BertForQuestionAnswering, and fresh seeded tables of places.

    Raise ValueError if a weight other than the tables is missing.
    """
    settings = start.config.to_dict()
    kept = {name: settings[name] for name in LayoutLMConfig().to_dict() if name in settings and name != "model_type"}
    torch.manual_seed(adapters.SEED)
    model = LayoutLMForQuestionAnswering(LayoutLMConfig(**kept | {"architectures": ["LayoutLMForQuestionAnswering"]}))
    weights = {name.replace("bert.", "layoutlm.", 1): weight for name, weight in start.state_dict().items()}
    missing = [n for n in model.load_state_dict(weights, strict=False).missing_keys if "position_embeddings" not in n]
    if missing := [name for name in missing if "pooler" not in name]:
        raise ValueError(f"These weights are missing: {', '.join(missing)}")
    for name in TABLES:
        table = GridEmbedding(model.config.max_2d_position_embeddings, model.config.hidden_size)
        setattr(model.layoutlm.embeddings, name, table)
    return model


def merge(folder: Path, start: Path, base: Path) -> PreTrainedModel:
    """Return the ordinary fp32 LayoutLM that the adapter in `folder` makes of MiniLM (`base`) with the adapter `start`.

    Raise as adapters.merge does.
    """
    merged = adapters.adapt(build(adapters.merge(start, base)), folder)
    embeddings = merged.get_submodule("layoutlm.embeddings")
    for name in TABLES:
        setattr(embeddings, name, getattr(embeddings, name).expanded())
    return merged
