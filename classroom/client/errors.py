"""What the set-up cannot mend by itself."""


class SetupError(RuntimeError):
    """The lesson cannot start like this; the message says what to do, in one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]
