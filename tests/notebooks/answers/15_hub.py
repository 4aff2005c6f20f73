# Answers to the exercises of lesson 15. See tools/answers.py.


# %% 1 right: one line
def publish(columns, repo_id):
    Dataset.from_dict(columns).push_to_hub(repo_id, private=True)


# %% 1 right: the repository first, rows as dictionaries
def publish(columns, repo_id):
    api.create_repo(repo_id, repo_type="dataset", private=True)
    rows = [dict(zip(columns, values)) for values in zip(*columns.values())]
    Dataset.from_list(rows).push_to_hub(repo_id)


# %% 1 right: a DatasetDict from pandas
import pandas as pd
from datasets import DatasetDict


def publish(columns, repo_id):
    table = Dataset.from_pandas(pd.DataFrame(columns))
    DatasetDict({"train": table}).push_to_hub(repo_id, private=True)


# %% 1 right: a parquet file by upload_file
def publish(columns, repo_id):
    import io

    import pandas as pd

    api.create_repo(repo_id, repo_type="dataset", private=True)
    data = io.BytesIO()
    pd.DataFrame(columns).to_parquet(data)
    api.upload_file(path_or_fileobj=data, path_in_repo="train.parquet", repo_id=repo_id, repo_type="dataset")


# %% 1 wrong: for everybody | private
def publish(columns, repo_id):
    Dataset.from_dict(columns).push_to_hub(repo_id)


# %% 1 wrong: makes the data set and does not push it | push
def publish(columns, repo_id):
    return Dataset.from_dict(columns)


# %% 1 wrong: a repository for models | models
def publish(columns, repo_id):
    api.create_repo(repo_id, private=True)


# %% 1 wrong: splits it | train
def publish(columns, repo_id):
    Dataset.from_dict(columns).train_test_split(test_size=0.25).push_to_hub(repo_id, private=True)


# %% 1 wrong: hard-coded from the example | columns
def publish(columns, repo_id):
    Dataset.from_dict({"text": ["Hola", "Hello"], "language": ["es", "en"]}).push_to_hub(repo_id, private=True)


# %% 1 wrong: text only | all columns
def publish(columns, repo_id):
    Dataset.from_dict({"text": columns["text"]}).push_to_hub(repo_id, private=True)


# %% 1 wrong: shuffled | not as it was given
def publish(columns, repo_id):
    Dataset.from_dict(columns).shuffle(seed=0).push_to_hub(repo_id, private=True)


# %% 1 wrong: everything as text
def publish(columns, repo_id):
    texts = {name: [str(value) for value in values] for name, values in columns.items()}
    Dataset.from_dict(texts).push_to_hub(repo_id, private=True)


# %% 1 wrong: the split named test
def publish(columns, repo_id):
    Dataset.from_dict(columns).push_to_hub(repo_id, private=True, split="test")


# %% 2 right: a stranger first
def visible_to(repo_id):
    if HfApi(token=False).repo_exists(repo_id):
        return "everybody"
    return "me" if api.repo_exists(repo_id) else "nobody"


# %% 2 right: what the Hub says of it
from huggingface_hub.errors import RepositoryNotFoundError


def visible_to(repo_id):
    try:
        info = api.model_info(repo_id)
    except RepositoryNotFoundError:
        return "nobody"
    return "me" if info.private else "everybody"


# %% 2 right: two infos with errors
from huggingface_hub.errors import HfHubHTTPError


def visible_to(repo_id):
    for token, who in [(False, "everybody"), (None, "me")]:
        try:
            HfApi(token=token).repo_info(repo_id)
            return who
        except HfHubHTTPError:
            pass
    return "nobody"


# %% 2 wrong: asks with the token only
def visible_to(repo_id):
    return "everybody" if api.repo_exists(repo_id) else "nobody"


# %% 2 wrong: asks as a stranger only
def visible_to(repo_id):
    return "everybody" if HfApi(token=False).repo_exists(repo_id) else "nobody"


# %% 2 wrong: an error for a missing one | nobody
def visible_to(repo_id):
    return "me" if api.model_info(repo_id).private else "everybody"


# %% 2 wrong: remembers old answers | just now
def visible_to(repo_id, known={}):
    if repo_id not in known:
        stranger = HfApi(token=False).repo_exists(repo_id)
        known[repo_id] = "everybody" if stranger else "me" if api.repo_exists(repo_id) else "nobody"
    return known[repo_id]


# %% 2 wrong: always me
def visible_to(repo_id):
    return "me"


# %% 2 wrong: true or false
def visible_to(repo_id):
    return HfApi(token=False).repo_exists(repo_id)


# %% 2 wrong: prints | return
def visible_to(repo_id):
    print("everybody" if HfApi(token=False).repo_exists(repo_id) else "me")


# %% 2 wrong: nobody and me exchanged
def visible_to(repo_id):
    if HfApi(token=False).repo_exists(repo_id):
        return "everybody"
    return "nobody" if api.repo_exists(repo_id) else "me"


# %% 3 right: the commit's oid
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag=version, revision=commit.oid)
    return commit.oid


# %% 3 right: found by its message in the history
def release(model, repo_id, version):
    model.push_to_hub(repo_id, commit_message=f"Release {version}")
    (mine,) = [c.commit_id for c in api.list_repo_commits(repo_id) if c.title == f"Release {version}"]
    api.create_tag(repo_id, tag=version, revision=mine, tag_message="a release")
    return mine


# %% 3 right: a folder of its own, uploaded
from tempfile import TemporaryDirectory


def release(model, repo_id, version):
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        pushed = api.upload_folder(folder_path=folder, repo_id=repo_id)
    api.create_tag(repo_id, tag=version, revision=pushed.oid)
    return pushed.oid


# %% 3 right: the id out of the commit's address
def release(model, repo_id, version):
    address = model.push_to_hub(repo_id).commit_url
    number = address.rsplit("/", 1)[1]
    api.create_tag(repo_id=repo_id, revision=number, tag=version)
    return number


# %% 3 wrong: tags main | somebody pushed
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag=version)
    return commit.oid


# %% 3 wrong: tags the newest | somebody pushed
def release(model, repo_id, version):
    model.push_to_hub(repo_id)
    newest = api.model_info(repo_id).sha
    api.create_tag(repo_id, tag=version, revision=newest)
    return newest


# %% 3 wrong: tags before it pushes | push first
def release(model, repo_id, version):
    api.create_tag(repo_id, tag=version)
    return model.push_to_hub(repo_id).oid


# %% 3 wrong: a branch | tag
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_branch(repo_id, branch=version, revision=commit.oid)
    return commit.oid


# %% 3 wrong: returns the commit | oid
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag=version, revision=commit.oid)
    return {"commit": commit}


# %% 3 wrong: returns the version | return the id
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag=version, revision=commit.oid)
    return version


# %% 3 wrong: no tag | tag
def release(model, repo_id, version):
    return model.push_to_hub(repo_id, commit_message=version).oid


# %% 3 wrong: always v1
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag="v1", revision=commit.oid, exist_ok=True)
    return commit.oid


# %% 3 wrong: returns nothing | return
def release(model, repo_id, version):
    commit = model.push_to_hub(repo_id)
    api.create_tag(repo_id, tag=version, revision=commit.oid)


# %% 4 right: as the lesson
def describe(name, language, accuracy):
    result = EvalResult(
        task_type="text-classification",
        dataset_type="Yelp/yelp_review_full",
        dataset_name="Yelp",
        metric_type="accuracy",
        metric_value=accuracy,
    )
    data = ModelCardData(
        model_name=name,
        language=language,
        license="mit",
        pipeline_tag="text-classification",
        eval_results=[result],
    )
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%} of the reviews are right.")


# %% 4 right: a template of its own
def describe(name, language, accuracy):
    measured = EvalResult("text-classification", "Yelp/yelp_review_full", "Yelp reviews", "accuracy", accuracy)
    facts = ModelCardData(
        language=language, license="mit", model_name=name, eval_results=measured, pipeline_tag="text-classification"
    )
    template = "---\n{{ card_data }}\n---\n# {{ name }}\n\nGood for {{ percent }}%."
    return ModelCard.from_template(facts, template_str=template, name=name, percent=round(100 * accuracy))


# %% 4 right: YAML by hand, with the language in quotes
def describe(name, language, accuracy):
    return ModelCard(f'''---
language: "{language}"
license: mit
pipeline_tag: text-classification
model-index:
- name: {name}
  results:
  - task:
      type: text-classification
    dataset:
      name: Yelp
      type: Yelp/yelp_review_full
    metrics:
    - type: accuracy
      value: {accuracy}
---

# {name}

Right in {100 * accuracy:.0f}% of the cases.
''')


# %% 4 wrong: YAML by hand, Norwegian without quotes | refuses|language
def describe(name, language, accuracy):
    return ModelCard(f"---\nlanguage: {language}\nlicense: mit\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: a text | ModelCard
def describe(name, language, accuracy):
    return f"---\nlanguage: '{language}'\n---\n# {name}\n{accuracy:.0%}"


# %% 4 wrong: percent with decimals | 57%
def describe(name, language, accuracy):
    data = ModelCardData(language=language, license="mit", pipeline_tag="text-classification")
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.1%}")


# %% 4 wrong: no results | eval_results
def describe(name, language, accuracy):
    data = ModelCardData(model_name=name, language=language, license="mit", pipeline_tag="text-classification")
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: the lesson's licence | mit
def describe(name, language, accuracy):
    data = ModelCardData(language=language, license="other", pipeline_tag="text-classification")
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: no task | pipeline_tag
def describe(name, language, accuracy):
    data = ModelCardData(language=language, license="mit")
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: the value rounded | 0.574
def describe(name, language, accuracy):
    result = EvalResult("text-classification", "Yelp/yelp_review_full", "Yelp", "accuracy", round(accuracy, 2))
    data = ModelCardData(
        model_name=name, language=language, license="mit", pipeline_tag="text-classification", eval_results=[result]
    )
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: always English | 'no'
def describe(name, language, accuracy):
    data = ModelCardData(language="en", license="mit", pipeline_tag="text-classification")
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: another data set | measured on
def describe(name, language, accuracy):
    result = EvalResult("text-classification", "imdb", "IMDB", "accuracy", accuracy)
    data = ModelCardData(
        model_name=name, language=language, license="mit", pipeline_tag="text-classification", eval_results=[result]
    )
    return ModelCard(f"---\n{data.to_yaml()}\n---\n# {name}\n{accuracy:.0%}")


# %% 4 wrong: the text without the name | heading
def describe(name, language, accuracy):
    data = ModelCardData(language=language, license="mit", pipeline_tag="text-classification")
    return ModelCard(f"---\n{data.to_yaml()}\n---\nIt gets {accuracy:.0%} right.")


# %% 5 right: download, replace, upload
from pathlib import Path


def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    commit = api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(),
        path_in_repo="README.md",
        repo_id=repo_id,
        create_pr=True,
    )
    return commit.pr_num


# %% 5 right: a commit of operations
from huggingface_hub import CommitOperationAdd


def propose(repo_id, wrong, right):
    with open(api.hf_hub_download(repo_id, "README.md"), encoding="utf-8") as file:
        text = file.read()
    operation = CommitOperationAdd("README.md", text.replace(wrong, right).encode())
    info = api.create_commit(repo_id, [operation], commit_message="Mend a word", create_pr=True)
    return info.pr_num


# %% 5 right: with the card and its content
def propose(repo_id, wrong, right):
    card = ModelCard.load(repo_id)
    card.content = card.content.replace(wrong, right)
    commit = api.upload_file(
        path_or_fileobj=str(card).encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )
    return int(commit.pr_revision.split("/")[-1])


# %% 5 wrong: changes main | create_pr
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    return api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(), path_in_repo="README.md", repo_id=repo_id
    )


# %% 5 wrong: merges as well | propose only
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    commit = api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )
    api.merge_pull_request(repo_id, discussion_num=commit.pr_num)
    return commit.pr_num


# %% 5 wrong: the first occurrence only | everywhere
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    commit = api.upload_file(
        path_or_fileobj=text.replace(wrong, right, 1).encode(),
        path_in_repo="README.md",
        repo_id=repo_id,
        create_pr=True,
    )
    return commit.pr_num


# %% 5 wrong: loses the YAML | all else
def propose(repo_id, wrong, right):
    text = ModelCard.load(repo_id).text
    commit = api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )
    return commit.pr_num


# %% 5 wrong: returns the commit | number
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    return api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )


# %% 5 wrong: the words of the example
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    commit = api.upload_file(
        path_or_fileobj=text.replace("reveiws", "reviews").encode(),
        path_in_repo="README.md",
        repo_id=repo_id,
        create_pr=True,
    )
    return commit.pr_num


# %% 5 wrong: nothing replaced, since replace returns a new text | returns a new text
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    text.replace(wrong, right)
    commit = api.upload_file(
        path_or_fileobj=text.encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )
    return commit.pr_num


# %% 5 wrong: returns the revision
def propose(repo_id, wrong, right):
    text = Path(api.hf_hub_download(repo_id, "README.md")).read_text(encoding="utf-8")
    commit = api.upload_file(
        path_or_fileobj=text.replace(wrong, right).encode(), path_in_repo="README.md", repo_id=repo_id, create_pr=True
    )
    return commit.pr_revision


# %% 5 wrong: opens a discussion in place of a pull request | pull request
def propose(repo_id, wrong, right):
    return api.create_discussion(repo_id, title=f"{wrong} is wrong, write {right}").num
