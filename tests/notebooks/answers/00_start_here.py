# Answers to the exercises of lesson 00, right and wrong: tools/answers.py says how they are tried.

# %% 1 right: the lesson's cell, with other names
from transformers import pipeline
generator = pipeline("text-generation", model="HuggingFaceTB/SmolLM2-135M-Instruct", device=course.device, dtype=course.dtype)
messages = [{"role": "user", "content": "What is the capital of France?"}]
conversation = generator(messages, max_new_tokens=60, do_sample=False)[0]["generated_text"]
reply = conversation[1]["content"]

# %% 1 right: only the new text, from a batch of one conversation
from transformers import pipeline
model = pipeline("text-generation", "HuggingFaceTB/SmolLM2-135M-Instruct")
batch = [[dict(role="user", content="What is the capital of France?")]]
[[result]] = model(batch, max_new_tokens=12, do_sample=False)
*_, last = result["generated_text"]
reply = last["content"].strip()

# %% 1 right: tokenizer and model, without a pipeline
from transformers import AutoModelForCausalLM, AutoTokenizer
name = "HuggingFaceTB/SmolLM2-135M-Instruct"
tokenizer, model = AutoTokenizer.from_pretrained(name), AutoModelForCausalLM.from_pretrained(name)
question = [{"role": "user", "content": "What is the capital of France?"}]
inputs = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
ids = model.generate(**inputs, max_new_tokens=16, do_sample=False)[0, inputs["input_ids"].shape[1] :]
reply = tokenizer.decode(ids, skip_special_tokens=True)

# %% 1 wrong: another question
from transformers import pipeline
chat = pipeline("text-generation", model="HuggingFaceTB/SmolLM2-135M-Instruct", device=course.device, dtype=course.dtype)
question = [{"role": "user", "content": "What is the capital of Spain?"}]
answer = chat(question, max_new_tokens=30, do_sample=False)
reply = answer[0]["generated_text"][-1]["content"]

# %% 1 wrong: a text in place of messages, and so the prompt stands in the answer | message
from transformers import pipeline
chat = pipeline("text-generation", model="HuggingFaceTB/SmolLM2-135M-Instruct", device=course.device, dtype=course.dtype)
reply = chat("What is the capital of France?", max_new_tokens=30, do_sample=False)[0]["generated_text"]

# %% 1 wrong: the list that the pipeline returns | list
question = [{"role": "user", "content": "What is the capital of France?"}]
answer = [{"generated_text": [*question, {"role": "assistant", "content": "The capital of France is Paris."}]}]
reply = answer

# %% 1 wrong: the last message, without its content | dict
question = [{"role": "user", "content": "What is the capital of France?"}]
answer = [{"generated_text": [*question, {"role": "assistant", "content": "The capital of France is Paris."}]}]
reply = answer[0]["generated_text"][-1]

# %% 1 wrong: the first message | last message
question = [{"role": "user", "content": "What is the capital of France?"}]
answer = [{"generated_text": [*question, {"role": "assistant", "content": "The capital of France is Paris."}]}]
reply = answer[0]["generated_text"][0]["content"]

# %% 1 wrong: the conversation as one text | more than
question = [{"role": "user", "content": "What is the capital of France?"}]
answer = [{"generated_text": [*question, {"role": "assistant", "content": "The capital of France is Paris."}]}]
reply = str(answer[0]["generated_text"])

# %% 1 wrong: cut off after two tokens | max_new_tokens
reply = "The capital"

# %% 1 wrong: nothing | None
reply = None

# %% 2 right: sort the files
from huggingface_hub import HfApi
def largest_file(model_id):
    info = HfApi().model_info(model_id, files_metadata=True)
    return sorted(info.siblings, key=lambda sibling: sibling.size, reverse=True)[0].rfilename

# %% 2 right: a dictionary of sizes, as in the lesson
from huggingface_hub import HfApi
def largest_file(model_id):
    info = HfApi().model_info(model_id, files_metadata=True)
    sizes = {file.rfilename: file.size for file in info.siblings}
    return max(sizes, key=sizes.get)

# %% 2 right: a loop, with the function in place of the class
from huggingface_hub import HfApi, model_info
def largest_file(model_id):
    name, most = None, -1
    for f in model_info(model_id, files_metadata=True).siblings:
        if f.size > most:
            name, most = f.rfilename, f.size
    return name

# %% 2 right: the other call that lists a repository
from huggingface_hub import HfApi
def largest_file(model_id):
    entries = HfApi().list_repo_tree(model_id, recursive=True)
    return max((entry for entry in entries if hasattr(entry, "size")), key=lambda entry: entry.size).path

# %% 2 wrong: hard-coded from the example
from huggingface_hub import HfApi
def largest_file(model_id):
    return "model.safetensors"

# %% 2 wrong: without return | return
from huggingface_hub import HfApi
def largest_file(model_id):
    files = HfApi().model_info(model_id, files_metadata=True).siblings
    print(max(files, key=lambda file: file.size).rfilename)

# %% 2 wrong: the smallest | largest
from huggingface_hub import HfApi
def largest_file(model_id):
    files = HfApi().model_info(model_id, files_metadata=True).siblings
    return min(files, key=lambda file: file.size).rfilename

# %% 2 wrong: the last name of the alphabet | bytes
from huggingface_hub import HfApi
def largest_file(model_id):
    files = HfApi().model_info(model_id, files_metadata=True).siblings
    return max(file.rfilename for file in files)

# %% 2 wrong: the longest name
from huggingface_hub import HfApi
def largest_file(model_id):
    return max((file.rfilename for file in HfApi().model_info(model_id).siblings), key=len)

# %% 2 wrong: the file in place of its name | rfilename
from huggingface_hub import HfApi
def largest_file(model_id):
    return max(HfApi().model_info(model_id, files_metadata=True).siblings, key=lambda file: file.size)

# %% 2 wrong: the size in place of the name | rfilename
from huggingface_hub import HfApi
def largest_file(model_id):
    return max(file.size for file in HfApi().model_info(model_id, files_metadata=True).siblings)

# %% 2 wrong: the argument is not used | model_id
from huggingface_hub import HfApi
info = HfApi().model_info("sentence-transformers/all-MiniLM-L6-v2", files_metadata=True)
def largest_file(model_id):
    return max(info.siblings, key=lambda file: file.size).rfilename

# %% 2 wrong: without files_metadata, so that no file has a size | files_metadata
from huggingface_hub import HfApi


def largest_file(model_id):
    files = HfApi().model_info(model_id).siblings
    return max(files, key=lambda file: file.size).rfilename


# %% 2 wrong: only the four files that the lesson lists | file names differ
from huggingface_hub import HfApi


def largest_file(model_id):
    info = HfApi().model_info(model_id, files_metadata=True)
    sizes = {file.rfilename: file.size for file in info.siblings}
    names = ("README.md", "config.json", "tokenizer.json", "model.safetensors")
    return max(names, key=lambda name: sizes[name])


# %% 2 wrong: sizes compared as text
from huggingface_hub import HfApi
def largest_file(model_id):
    files = HfApi().model_info(model_id, files_metadata=True).siblings
    return max(files, key=lambda file: str(file.size)).rfilename

# %% 3 right: the parameters of the loaded model
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
[size] = [file.size for file in info.siblings if file.rfilename == "model.safetensors"]
bytes_per_parameter = size / chat.model.num_parameters()

# %% 3 right: rounded to a whole number
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
for file in info.siblings:
    if file.rfilename == "model.safetensors":
        bytes_per_parameter = round(file.size / sum(p.numel() for p in chat.model.parameters()))

# %% 3 right: the size of the downloaded file
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
from pathlib import Path
from huggingface_hub import hf_hub_download
path = Path(hf_hub_download("HuggingFaceTB/SmolLM2-135M-Instruct", "model.safetensors"))
bytes_per_parameter = path.stat().st_size / info.safetensors.total

# %% 3 right: megabytes over millions of parameters, as a tensor
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
import torch
megabytes = max(file.size for file in info.siblings) / 1e6
bytes_per_parameter = torch.tensor(megabytes) / 134.5

# %% 3 wrong: upside down | divide bytes by parameters
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
sizes = {file.rfilename: file.size for file in info.siblings}
bytes_per_parameter = info.safetensors.total / sizes["model.safetensors"]

# %% 3 wrong: megabytes over parameters | megabytes
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
sizes = {file.rfilename: file.size for file in info.siblings}
bytes_per_parameter = sizes["model.safetensors"] / 1e6 / info.safetensors.total

# %% 3 wrong: bits | bits
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
sizes = {file.rfilename: file.size for file in info.siblings}
bytes_per_parameter = 8 * sizes["model.safetensors"] / info.safetensors.total

# %% 3 wrong: the memory of the loaded float32 model | file
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
bytes_per_parameter = 4 * info.safetensors.total / info.safetensors.total

# %% 3 wrong: the other model's file
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
other = HfApi().model_info("sentence-transformers/all-MiniLM-L6-v2", files_metadata=True)
sizes = {file.rfilename: file.size for file in other.siblings}
bytes_per_parameter = sizes["model.safetensors"] / info.safetensors.total

# %% 3 wrong: all files of the repository together | other files
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
bytes_per_parameter = sum(file.size for file in info.siblings) / info.safetensors.total

# %% 3 wrong: another file of the repository
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
sizes = {file.rfilename: file.size for file in info.siblings}
bytes_per_parameter = sizes["tokenizer.json"] / info.safetensors.total

# %% 3 wrong: the size alone | number of parameters
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
bytes_per_parameter = {file.rfilename: file.size for file in info.siblings}["model.safetensors"]

# %% 3 wrong: a text | not a number
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
bytes_per_parameter = "2.0 bytes"

# %% 3 wrong: nothing | not a number
info = HfApi().model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
bytes_per_parameter = None

# %% 4 right: one line
def ask(question):
    return chat([{"role": "user", "content": question}], max_new_tokens=20, do_sample=False)[0]["generated_text"][-1]["content"]

# %% 4 right: a seed before each call makes sampling repeatable
from transformers import set_seed
def ask(question):
    set_seed(0)
    answer = chat([{"role": "user", "content": question}], max_new_tokens=20, do_sample=True, temperature=0.3)
    return answer[0]["generated_text"][-1]["content"]

# %% 4 right: template, model and tokenizer of the pipeline
tokenizer, model = chat.tokenizer, chat.model
def ask(question):
    messages = [{"role": "user", "content": question}]
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=20, do_sample=False)
    return tokenizer.decode(output[0][inputs.input_ids.shape[1] :], skip_special_tokens=True)

# %% 4 wrong: sampled | do_sample
def ask(question):
    messages = [{"role": "user", "content": question}]
    return chat(messages, max_new_tokens=20, do_sample=True, temperature=1.5)[0]["generated_text"][-1]["content"]

# %% 4 wrong: the argument is not used | argument
def ask(question):
    messages = [{"role": "user", "content": "What is the capital of Japan?"}]
    return chat(messages, max_new_tokens=20, do_sample=False)[0]["generated_text"][-1]["content"]

# %% 4 wrong: longer answers | max_new_tokens
def ask(question):
    messages = [{"role": "user", "content": question}]
    return chat(messages, max_new_tokens=30, do_sample=False)[0]["generated_text"][-1]["content"]

# %% 4 wrong: prints | return
def ask(question):
    print(chat([{"role": "user", "content": question}], max_new_tokens=4, do_sample=False)[0]["generated_text"][-1]["content"])

# %% 4 wrong: the pipeline's whole result | text
def ask(question):
    return chat([{"role": "user", "content": question}], max_new_tokens=4, do_sample=False)

# %% 4 wrong: the stub, emptied | return
def ask(question):
    pass

# %% 4 wrong: the question itself | last message
def ask(question):
    messages = [{"role": "user", "content": question}]
    return chat(messages, max_new_tokens=4, do_sample=False)[0]["generated_text"][0]["content"]

# %% 4 wrong: a text in place of a message | message
def ask(question):
    return chat(question, max_new_tokens=20, do_sample=False)[0]["generated_text"]

# %% 4 wrong: the model is loaded in each call | once
def ask(question):
    chat = pipeline("text-generation", model="HuggingFaceTB/SmolLM2-135M-Instruct")
    messages = [{"role": "user", "content": question}]
    return chat(messages, max_new_tokens=20, do_sample=False)[0]["generated_text"][-1]["content"]

# %% 4 wrong: cut after ten tokens | max_new_tokens
def ask(question):
    messages = [{"role": "user", "content": question}]
    return chat(messages, max_new_tokens=10, do_sample=False)[0]["generated_text"][-1]["content"]
