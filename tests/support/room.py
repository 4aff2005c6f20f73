"""A learner in a room: a browser, and a computer that waits to be logged in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx

CLASS_CODE = "fig42"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Browser:
    """A learner's browser, which sends back what a page's form holds."""

    hub: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False, timeout=60))
    page: httpx.Response | None = None

    def open(self, address: str) -> str:
        self.page = self.http.get(address)
        return self.page.text

    def send(self, **fields: str) -> str:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page.text))
        self.page = self.http.post(str(self.page.url).split("?")[0], data=hidden | fields)
        return self.page.text


def ask(hub: str, http: httpx.Client | None = None) -> dict:
    return (http or httpx).post(f"{hub}/oauth/device", data={"client_id": "notebook"}).json()


def poll(hub: str, device: dict, http: httpx.Client | None = None) -> dict:
    asked = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
    return (http or httpx).post(f"{hub}/oauth/token", data=asked).json()
