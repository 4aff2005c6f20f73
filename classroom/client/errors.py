"""What the set-up cannot mend by itself."""


class SetupError(RuntimeError):
    """The lesson cannot start like this; the message says what to do, in one sentence."""
