"""Widgets over a model: a sampling explorer, a panel that streams text, and a chat."""

from helpers.widgets.chat import ChatError, chat
from helpers.widgets.explorer import explore
from helpers.widgets.stream import StreamPanel

__all__ = ["ChatError", "StreamPanel", "chat", "explore"]
