"""Let nbval compare a display as it is in the end: it ignores updates, as of the Trainer's progress table."""

from __future__ import annotations

from collections import deque
from typing import Any

from nbval.kernel import RunningKernel

Message = dict[str, Any]


def follow() -> None:
    """Make every kernel hand over its messages with the last update in each display."""
    read = RunningKernel.get_message

    def get_message(kernel: RunningKernel, stream: str, timeout: float | None = None) -> Message:
        if stream != "iopub":
            message: Message = read(kernel, stream, timeout)
            return message
        ready: deque[Message] = kernel.__dict__.setdefault("ready", deque())
        while not ready:
            # nbval reads these messages when the cell is done, so they are all there.
            ready.extend(merged(read_until_idle(lambda: read(kernel, stream, timeout))))
        return ready.popleft()

    RunningKernel.get_message = get_message


def read_until_idle(next_message: Any) -> list[Message]:
    """Return all messages up to the one that says that the kernel is idle."""
    messages = [next_message()]
    while messages[-1]["content"].get("execution_state") != "idle":
        messages.append(next_message())
    return messages


def merged(messages: list[Message]) -> list[Message]:
    """Return the messages with every display's updates in its place, and without the updates themselves."""
    displays: dict[str, Message] = {}
    for message in messages:
        name = message["content"].get("transient", {}).get("display_id")
        if message["msg_type"] == "display_data" and name:
            displays[name] = message
        elif message["msg_type"] == "update_display_data" and name in displays:
            displays[name]["content"]["data"] = message["content"]["data"]
    return [message for message in messages if message["msg_type"] != "update_display_data"]
