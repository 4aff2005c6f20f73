"""Where the learner's browser opens the pages of the Hub that runs in her kernel, which may be another machine's."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import sys
from pathlib import Path

COLAB_SECONDS = 10  # the browser answers at once, and never where none is open


@functools.cache
def address(endpoint: str) -> str:
    """Return the front page's address in the learner's browser, for a Hub that this machine knows as `endpoint`.

    On Colab and with jupyter-server-proxy, it leads through Jupyter and needs Jupyter's own login; it is a path
    (`/user/ana/proxy/8765/`), which a link in a notebook completes, on a JupyterHub that does not tell its own name.
    Else it is the endpoint.
    """
    port = endpoint.rpartition(":")[2]
    found = _on_colab(port) or _behind_jupyter(port) or endpoint
    return f"{found.rstrip('/')}/"


def _on_colab(port: str) -> str | None:
    """Return what Colab's proxy calls that port; None elsewhere, or where no browser is open."""
    if "google.colab" not in sys.modules:
        return None
    from google.colab import output

    try:
        return str(output.eval_js(f"google.colab.kernel.proxyPort({port})", timeout_sec=COLAB_SECONDS))
    except Exception:  # Colab's own kinds, for a browser that was closed or refused
        return None


def _behind_jupyter(port: str) -> str | None:
    if importlib.util.find_spec("jupyter_server_proxy") is None:
        return None
    hub = os.environ.get("JUPYTERHUB_HOST", "") + os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    jupyter = os.environ.get("JUPYTERHUB_PUBLIC_URL") or hub or _own_jupyter()
    return f"{jupyter.rstrip('/')}/proxy/{port}" if jupyter else None


def _own_jupyter() -> str | None:
    """Return the address of the Jupyter server that this process was started by; None without one."""
    import psutil
    from jupyter_core.paths import jupyter_runtime_dir

    for parent in psutil.Process().parents():
        try:
            told = json.loads(Path(jupyter_runtime_dir(), f"jpserver-{parent.pid}.json").read_text(encoding="utf-8"))
            return str(told["url"])
        except (OSError, ValueError, KeyError):
            continue
    return None
