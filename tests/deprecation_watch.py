"""Runs in each lesson's kernel during tests: writes every deprecation warning to the file COURSE_DEPRECATIONS.

Python's warnings are caught wherever they are raised, and so are the libraries' log lines, which the lessons' quiet
level would hide.
"""

import logging
import os
import traceback
import warnings
from pathlib import Path

_report = Path(os.environ["COURSE_DEPRECATIONS"])
_libraries = ("transformers", "datasets", "evaluate", "accelerate", "huggingface_hub", "peft", "torch", "tokenizers")
# Assisted decoding and Whisper call `generate` in ways that the library itself deprecates; no lesson can mend that.
_librarys_own_calls = ("generation/candidate_generator.py", "whisper/generation_whisper.py")
_log = logging.Logger.warning


def _write(source, message):
    with _report.open("a", encoding="utf-8") as file:
        file.write(f"{source}: {' '.join(str(message).split())[:300]}\n")


def _show(message, category, filename, lineno, file=None, line=None):
    deprecated = issubclass(category, (DeprecationWarning, FutureWarning, PendingDeprecationWarning))
    ours = "ipykernel_" in filename or any(f"/site-packages/{name}/" in filename for name in _libraries)
    if deprecated and ours:
        _write(filename.rsplit("site-packages/")[-1], message)


def _warning(self, message, *args, **kwargs):
    if self.name.split(".")[0] in _libraries and ("deprecat" in str(message) or "will be removed" in str(message)):
        places = [frame.filename.replace("\\", "/") for frame in traceback.extract_stack()]
        if not any(place.endswith(_librarys_own_calls) for place in places):
            _write(self.name, message)
    return _log(self, message, *args, **kwargs)


warnings.simplefilter("always", DeprecationWarning)
warnings.simplefilter("always", FutureWarning)
warnings.simplefilter("always", PendingDeprecationWarning)
# Matplotlib logs each warning that comes up while it reads its styles: with these filters, other libraries' too.
logging.getLogger("matplotlib.style.core").setLevel(logging.ERROR)
_show_others = warnings.showwarning


def _showwarning(message, category, *args, **kwargs):
    if issubclass(category, (DeprecationWarning, FutureWarning, PendingDeprecationWarning)):
        _show(message, category, *args, **kwargs)
    else:
        _show_others(message, category, *args, **kwargs)


warnings.showwarning = _showwarning
logging.Logger.warning = _warning
