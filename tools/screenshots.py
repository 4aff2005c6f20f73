"""Pictures of the classroom Hub's pages in images/: a room's Hub on a scratch store, a model pushed to it by the stock
client, and headless Chromium.

    python -m tools.screenshots
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from classroom import access
from classroom.accounts import Accounts
from classroom.hub import Hub
from classroom.rooms import Room
from classroom.server import serve_in_thread
from classroom.store import Store
from tools.notebooks import ROOT

IMAGES = ROOT / "images"
WIDTH, TALLEST, SCALE, COLOURS = 1080, 900, 1.5, 96
LEARNER, MODEL = "ana", "ana/film-reviews"
PAGES = {
    "front": "/",
    "empty_card": f"/{LEARNER}/first-try",
    "repository": f"/{MODEL}",
    "files": f"/{MODEL}/tree/main",
    "commits": f"/{MODEL}/commits/main",
    "changes": f"/{MODEL}/commit/main",
    "pull_request": f"/{MODEL}/discussions/1",
}
CARD = """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
datasets: Yelp/yelp_review_full
tags:
- sentiment-analysis
- course
model-index:
- name: film-reviews
  results:
  - task:
      type: text-classification
    dataset:
      name: held-out reviews
      type: Yelp/yelp_review_full
    metrics:
    - type: accuracy
      value: ACCURACY
      name: Accuracy
---
# Film reviews: good or bad?

A small classifier that reads one English sentence and says whether its writer liked the film. Made to show what a page
of the Hub looks like: its weights are random.

## How to use it

```python
from transformers import pipeline

pipe = pipeline("text-classification", model="ana/film-reviews")
pipe("I would watch it again tomorrow.")
```

## Training

| epoch | loss | accuracy |
| --- | --- | --- |
| 1 | 0.412 | 0.871 |
| 2 | 0.298 | 0.902 |

## Limits

- It knows no neutral class: a weather report, too, comes out good or bad.
- Irony escapes it.
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "pushed")
        endpoint = serve_in_thread(Hub(store), Room("ju7pe4"))
        accounts = Accounts(store.root)
        accounts.add(LEARNER)
        token = accounts.new_token(LEARNER)
        # The client reads these when it is imported, which `push` therefore does.
        os.environ |= {"HF_ENDPOINT": endpoint, "HF_HOME": f"{folder}/client", "HF_HUB_DISABLE_XET": "1"}
        os.environ |= {"HF_TOKEN": token, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
        push()
        for name, picture in photographs(endpoint, accounts.open_session(LEARNER)).items():
            (IMAGES / f"hub_{name}.png").write_bytes(picture)
            print(f"images/hub_{name}.png  {len(picture) / 1000:.0f} kB")


def push() -> None:
    """Give the Hub a small model with a card, three commits, a tag, a branch and a pull request."""
    from huggingface_hub import CommitOperationAdd, HfApi, ModelCard
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    sizes = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
    model = BertForSequenceClassification(BertConfig(**sizes))
    tokenizer = AutoTokenizer.from_pretrained("stevhliu/my_awesome_model")
    api = HfApi()
    for part in (model, tokenizer):
        part.save_pretrained(f"{os.environ['HF_HOME']}/first")
    api.create_repo(f"{LEARNER}/first-try")
    api.upload_folder(folder_path=f"{os.environ['HF_HOME']}/first", repo_id=f"{LEARNER}/first-try")
    tokenizer.push_to_hub(MODEL, commit_message="Upload tokenizer")
    model.push_to_hub(MODEL, commit_message="Training in progress, epoch 1")
    ModelCard(CARD.replace("ACCURACY", "0.871")).push_to_hub(MODEL, commit_message="Say what it is and how good")
    api.create_tag(MODEL, tag="v1.0")
    api.create_branch(MODEL, branch="longer-training")
    model.config.id2label = {0: "bad", 1: "good"}
    model.config.save_pretrained(f"{os.environ['HF_HOME']}/named")
    better = CARD.replace("ACCURACY", "0.913").replace(
        "| 2 | 0.298 | 0.902 |", "| 2 | 0.298 | 0.902 |\n| 3 | 0.251 | 0.913 |"
    )
    named = Path(os.environ["HF_HOME"], "named", "config.json")
    changed = [CommitOperationAdd("config.json", named), CommitOperationAdd("README.md", better.encode())]
    why = "The third epoch still helped, and LABEL_1 said nothing to anybody."
    api.create_commit(MODEL, changed, commit_message="Name the labels, one epoch more", commit_description=why)
    proposed = better.replace("- Irony escapes it.", "- Irony escapes it, and so do sentences in other languages.")
    edit = [CommitOperationAdd("README.md", proposed.encode())]
    api.create_commit(
        MODEL, edit, commit_message="Card: other languages", commit_description="I tried French.", create_pr=True
    )


def photographs(endpoint: str, session: str) -> dict[str, bytes]:
    """Each page as a PNG of few colours, by its name; last the one where a learner confirms a code.

    `session` is what the cookie of a browser holds in which the learner signed in.
    """
    import httpx
    from playwright.sync_api import Error, sync_playwright

    taken = {}
    signed_in = {"name": access.COOKIE, "value": session, "url": endpoint}
    with sync_playwright() as playwright:
        try:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        except Error:
            sys.exit("The pictures need Chromium: run `apt-get install chromium`, or `playwright install chromium`.")
        view = browser.new_page(viewport={"width": WIDTH, "height": 500}, device_scale_factor=SCALE)
        view.context.add_cookies([signed_in])
        for name, path in PAGES.items():
            view.goto(endpoint + path)
            taken[name] = photograph(view)
        waiting = httpx.post(f"{endpoint}/oauth/device", data={"client_id": "course"}).json()
        view.context.clear_cookies()
        view.goto(waiting["verification_uri_complete"])
        view.get_by_label("Class code").fill("ju7pe4")
        view.get_by_label("Your name").fill("bruno")
        taken["login"] = photograph(view)
        browser.close()
    return taken


def photograph(view) -> bytes:
    """The page as it is, cut where it gets too tall, in colours few enough for a small file."""
    from PIL import Image

    height = min(view.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    whole = Image.open(io.BytesIO(view.screenshot(full_page=True, clip=clip))).convert("RGB")
    small = io.BytesIO()
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
