"""Keep requests to the classroom away from the proxy that a school or a company sets for everything else.

The clients read these variables: urllib, httpx and pip through `urllib.request.getproxies`, git through libcurl.
"""

from __future__ import annotations

import os
import urllib.request

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def bypass(*hosts: str) -> None:
    """Add this machine and `hosts` to NO_PROXY and no_proxy; what stands there stays.

    Both spellings get the same value, because each client prefers another one.
    """
    # Setting NO_PROXY makes `getproxies` overlook the system's settings (Windows, macOS), so those come along.
    if not urllib.request.getproxies_environment():
        for scheme, address in urllib.request.getproxies().items():
            if scheme in ("http", "https", "all"):
                os.environ[f"{scheme}_proxy"] = address
    values = ",".join(os.environ.get(name, "") for name in ("no_proxy", "NO_PROXY"))
    listed = [entry for entry in map(str.strip, values.split(",")) if entry]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(dict.fromkeys([*listed, *LOOPBACK, *hosts]))
