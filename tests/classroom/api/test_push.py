"""The libraries' own ways of pushing: push_to_hub, Trainer, HfFileSystem, folders, the `hf` command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.models.hub import Hub
from tests.support.client import Client, lines
from tests.support.repositories import git


@pytest.mark.slow
def test_a_model_and_its_tokenizer_are_pushed_and_a_trainer_pushes_at_every_save(pusher: Client) -> None:
    done = pusher(
        """
        import torch
        from datasets import Dataset
        from huggingface_hub import HfApi
        from tokenizers import Tokenizer, models, pre_tokenizers
        from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel
        from transformers import PreTrainedTokenizerFast, Trainer, TrainerCallback, TrainingArguments
        api, repo = HfApi(), "learner/tiny-gpt"
        words = Tokenizer(models.WordLevel({"a": 0, "b": 1, "?": 2, "_": 3}, unk_token="?"))
        words.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="?", pad_token="_")
        model = GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=4, bos_token_id=0, eos_token_id=1))

        print(model.push_to_hub("tiny-gpt", commit_message="My model", private=True))
        tokenizer.push_to_hub(repo)
        model.config.push_to_hub(repo, commit_message="Nothing new")
        with torch.no_grad():
            model.lm_head.weight += 1
        model.push_to_hub(repo, revision="experiment", tags=["changed"])
        model.push_to_hub(repo, create_pr=True)
        for revision in ("main", "experiment", "refs/pr/1"):
            loaded = AutoModelForCausalLM.from_pretrained(repo, revision=revision)
            print(revision, torch.equal(loaded.lm_head.weight, model.lm_head.weight))
        print(AutoTokenizer.from_pretrained(repo)("a b")["input_ids"])
        info = api.model_info(repo)
        print(info.private, info.safetensors.total == model.num_parameters(), info.library_name)
        print([entry.title for entry in api.list_repo_commits(repo)])

        class Wait(TrainerCallback):  # so short a training would be over before its first push is, and skip the others
            def on_step_begin(self, *args, **kwargs):
                if trainer.push_in_progress is not None:
                    trainer.push_in_progress.wait_until_done()

        rows = Dataset.from_dict({"input_ids": [[0, 1, 0]] * 8, "labels": [[0, 1, 0]] * 8})
        arguments = TrainingArguments("trained", push_to_hub=True, num_train_epochs=3, save_strategy="epoch",
                                      use_cpu=True, per_device_train_batch_size=4, hub_strategy="every_save",
                                      disable_tqdm=True)
        trainer = Trainer(model, arguments, train_dataset=rows, processing_class=tokenizer, callbacks=[Wait()])
        trainer.train()
        trainer.push_to_hub(commit_message="The end")
        titles = [entry.title for entry in api.list_repo_commits("learner/trained")]
        print(all(f"Training in progress, epoch {number}" in titles for number in (1, 2)), "The end" in titles)
        print({"model.safetensors", "tokenizer.json", "README.md"} <= set(api.list_repo_files("learner/trained")))
    """,
        timeout=400,
    )
    printed = [line for line in lines(done) if not line.startswith("{'")]  # the Trainer's own log
    assert "/learner/tiny-gpt/commit/" in printed[0]
    assert printed[1:] == [
        "main False",
        "experiment True",
        "refs/pr/1 True",
        "[0, 1]",
        "True True transformers",
        "['Upload tokenizer', 'My model', 'initial commit']",
        "True True",
        "True",
    ]


@pytest.mark.slow
def test_a_processor_is_pushed_with_its_parts_and_loaded(pusher: Client) -> None:
    """One that turns sound into numbers and text into ids, as speech models need it."""
    done = pusher(
        """
        import json
        from huggingface_hub import HfApi
        from transformers import AutoFeatureExtractor, AutoProcessor
        from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2Processor
        letters = ["<pad>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz"]
        json.dump({letter: number for number, letter in enumerate(letters)}, open("vocab.json", "w"))
        tokenizer = Wav2Vec2CTCTokenizer("vocab.json", pad_token="<pad>", bos_token=None, eos_token=None)
        processor = Wav2Vec2Processor(Wav2Vec2FeatureExtractor(sampling_rate=8000), tokenizer)

        processor.push_to_hub("listener", commit_message="My processor")
        loaded = AutoProcessor.from_pretrained("learner/listener")
        print(type(loaded).__name__, loaded.tokenizer("hola")["input_ids"])
        print(AutoFeatureExtractor.from_pretrained("learner/listener").sampling_rate)
        print(HfApi().list_repo_commits("learner/listener")[0].title)
    """
    )
    assert lines(done) == ["Wav2Vec2Processor [10, 17, 14, 3]", "8000", "My processor"]


@pytest.mark.slow
def test_a_data_set_is_pushed_with_its_configurations_and_loaded(pusher: Client) -> None:
    done = pusher(
        """
        from datasets import Dataset, DatasetDict, get_dataset_config_names, load_dataset
        rows = Dataset.from_dict({"text": ["a", "b"] * 50, "label": [0, 1] * 50})
        DatasetDict(train=rows, test=rows.select(range(10))).push_to_hub("learner/rows", private=True)
        rows.push_to_hub("learner/rows", "other", split="train", commit_message="A second one")
        rows.push_to_hub("learner/rows", revision="dev", num_shards=2)
        print(get_dataset_config_names("learner/rows"), load_dataset("learner/rows", "default").num_rows)
        print(load_dataset("learner/rows", "other", split="train")[1])
        print(load_dataset("learner/rows", "default", revision="dev", split="train").num_rows)
    """,
        timeout=400,
    )
    assert lines(done) == [
        "['default', 'other'] {'train': 100, 'test': 10}",
        "{'text': 'b', 'label': 1}",
        "100",
    ]


def test_the_file_system_reads_and_writes_repositories(pusher: Client) -> None:
    done = pusher("""
        from huggingface_hub import HfApi, HfFileSystem
        HfApi().create_repo("files", repo_type="dataset")
        fs, root = HfFileSystem(), "datasets/learner/files"
        with fs.open(f"{root}/deep/a.txt", "w") as file:
            file.write("one\\n")
        fs.pipe(f"{root}/b.bin", b"0123456789")
        print(fs.ls(root, detail=False), fs.glob(f"{root}/**/*.txt"))
        print(fs.cat_file(f"{root}/b.bin", start=2, end=5), fs.info(f"{root}/b.bin")["size"])
        fs.cp_file(f"{root}/b.bin", f"{root}/c.bin")
        fs.mv(f"{root}/deep/a.txt", f"{root}/a.txt")
        fs.rm(f"{root}/b.bin")
        print(fs.find(root), fs.exists(f"{root}/b.bin"), fs.isdir(f"{root}/deep"))
        info = fs.info(f"{root}/a.txt", expand_info=True)
        print(fs.read_text(f"{root}@main/a.txt").strip(), bool(info["last_commit"]))
    """)
    assert lines(done) == [
        f"{[f'datasets/learner/files/{name}' for name in ('.gitattributes', 'b.bin', 'deep')]}"
        " ['datasets/learner/files/deep/a.txt']",
        "b'234' 10",
        f"{[f'datasets/learner/files/{name}' for name in ('.gitattributes', 'a.txt', 'c.bin')]} False False",
        "one True",
    ]


def test_a_folder_of_many_files_goes_up_at_once_and_again_for_nothing(pusher: Client, hub: Hub) -> None:
    done = pusher("""
        import os
        from huggingface_hub import HfApi
        os.makedirs("large/deep")
        for number in range(60):
            open(f"large/deep/{number}.txt", "w").write(str(number))
        for number in range(3):
            open(f"large/{number}.bin", "wb").write(os.urandom(2_500_000))
        api = HfApi()
        api.create_repo("large-folder")
        one, two = (api.upload_folder(repo_id="learner/large-folder", folder_path="large").oid for _ in range(2))
        print(one == two, len(api.list_repo_files("learner/large-folder")))
    """)
    assert lines(done) == ["True 64"]
    git(hub, "learner/large-folder", "fsck", "--full")


@pytest.mark.slow
def test_the_hf_command_line_uploads_lists_and_downloads(hub_endpoint: str, token, tmp_path: Path) -> None:
    own = {"HF_ENDPOINT": hub_endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}

    def hf(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("hf")), *arguments]
        variables = os.environ | own | {"HF_TOKEN": token("learner")}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("a")
    (tmp_path / "folder" / "b.bin").write_bytes(b"b" * 1000)
    hf("repos", "create", "by-command", "--repo-type", "dataset")
    hf("upload", "learner/by-command", "folder", ".", "--repo-type", "dataset", "--commit-message", "From a shell")
    hf("repos", "tag", "create", "learner/by-command", "v1", "--repo-type", "dataset")
    assert "v1" in hf("repos", "tag", "list", "learner/by-command", "--repo-type", "dataset")
    hf("download", "learner/by-command", "--repo-type", "dataset", "--local-dir", "back", "--revision", "v1")
    assert (tmp_path / "back" / "a.txt").read_text() == "a"
    assert (tmp_path / "back" / "b.bin").read_bytes() == b"b" * 1000
    assert "learner" in hf("auth", "whoami")
    hf("repos", "delete", "learner/by-command", "--repo-type", "dataset", "--yes")
