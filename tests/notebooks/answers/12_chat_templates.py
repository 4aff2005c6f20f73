# %% 1 right: apply_chat_template
def as_read(question):
    messages = [{"role": "user", "content": question}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


# %% 1 right: ids and decode
def as_read(question):
    chat = [dict(role="user", content=question)]
    ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True)["input_ids"]
    return tokenizer.decode(ids)


# %% 1 right: the beginning of the answer by hand
def as_read(question):
    text = tokenizer.apply_chat_template([{"role": "user", "content": question}], tokenize=False)
    return f"{text}<|im_start|>assistant\n"


# %% 1 wrong: no generation prompt | generation prompt
def as_read(question):
    return tokenizer.apply_chat_template([{"role": "user", "content": question}], tokenize=False)


# %% 1 wrong: ids | tokenize=False
def as_read(question):
    messages = [{"role": "user", "content": question}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True)


# %% 1 wrong: written by hand, without the system message | system message
def as_read(question):
    return f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


# %% 1 wrong: the role of the assistant
def as_read(question):
    messages = [{"role": "assistant", "content": question}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


# %% 1 wrong: always the example | question
def as_read(question):
    messages = [{"role": "user", "content": "Hi!"}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


# %% 1 wrong: an empty answer is added
def as_read(question):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": ""}]
    return tokenizer.apply_chat_template(messages, tokenize=False)


# %% 1 wrong: printed | return
def as_read(question):
    messages = [{"role": "user", "content": question}]
    print(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


# %% 2 right: a loop over the start
def newest(messages, limit):
    system, rest = messages[0], messages[1:]
    for start, message in enumerate(rest):
        kept = [system, *rest[start:]]
        encoded = tokenizer.apply_chat_template(kept, add_generation_prompt=True)
        if message["role"] == "user" and len(encoded["input_ids"]) <= limit:
            return kept
    raise ValueError("Not even the last message fits.")


# %% 2 right: in place, turn by turn
def newest(messages, limit):
    def size():
        return len(tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"])

    while size() > limit:
        if len(messages) == 2:
            raise ValueError("too long")
        del messages[1:3]
    return messages


# %% 2 right: from the end, by the text
def newest(messages, limit):
    best = None
    for n in range(1, len(messages)):
        if messages[-n]["role"] != "user":
            continue
        kept = messages[:1] + messages[-n:]
        text = tokenizer.apply_chat_template(kept, tokenize=False, add_generation_prompt=True)
        if len(tokenizer(text, add_special_tokens=False).input_ids) > limit:
            break
        best = kept
    if best is None:
        raise ValueError("Nothing fits.")
    return best


# %% 2 wrong: the generation prompt is not counted | generation prompt
def newest(messages, limit):
    for start in range(1, len(messages), 2):
        kept = [messages[0], *messages[start:]]
        if len(tokenizer.apply_chat_template(kept)["input_ids"]) <= limit:
            return kept
    raise ValueError


# %% 2 wrong: the system message goes too | system message
def newest(messages, limit):
    for start in range(len(messages)):
        kept = messages[start:]
        size = len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)["input_ids"])
        if kept[0]["role"] != "assistant" and size <= limit:
            return kept
    raise ValueError


# %% 2 wrong: below the limit, not at it | exactly the limit
def newest(messages, limit):
    for start in range(1, len(messages), 2):
        kept = [messages[0], *messages[start:]]
        size = len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)["input_ids"])
        if size < limit:
            return kept
    raise ValueError


# %% 2 wrong: the oldest are kept | oldest messages go
def newest(messages, limit):
    for end in range(len(messages), 1, -1):
        kept = messages[:end]
        size = len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)["input_ids"])
        if size <= limit:
            return kept
    raise ValueError


# %% 2 wrong: begins with an answer | comes the user
def newest(messages, limit):
    for start in range(1, len(messages)):
        kept = [messages[0], *messages[start:]]
        size = len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)["input_ids"])
        if size <= limit:
            return kept
    raise ValueError


# %% 2 wrong: words instead of tokens
def newest(messages, limit):
    for start in range(1, len(messages), 2):
        kept = [messages[0], *messages[start:]]
        if sum(len(message["content"].split()) for message in kept) <= limit:
            return kept
    raise ValueError


# %% 2 wrong: counts the dictionary's entries
def newest(messages, limit):
    for start in range(1, len(messages), 2):
        kept = [messages[0], *messages[start:]]
        if len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)) <= limit:
            return kept
    raise ValueError


# %% 2 wrong: no error when nothing fits | ValueError
def newest(messages, limit):
    for start in range(1, len(messages), 2):
        kept = [messages[0], *messages[start:]]
        size = len(tokenizer.apply_chat_template(kept, add_generation_prompt=True)["input_ids"])
        if size <= limit:
            break
    return kept


# %% 2 wrong: a loop without end when nothing fits | does not end
def newest(messages, limit):
    rest = messages[1:]
    while len(tokenizer.apply_chat_template(messages[:1] + rest, add_generation_prompt=True)["input_ids"]) > limit:
        rest = rest[2:]
    return messages[:1] + rest


# %% 3 right: a new list
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    new = output[0, inputs["input_ids"].shape[1] :]
    return beginning + tokenizer.decode(new, skip_special_tokens=True)


# %% 3 right: the text of the generation prompt and the beginning
def go_on(messages, beginning, max_new_tokens):
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + beginning
    inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(model.device)
    ids = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)[0]
    return beginning + tokenizer.decode(ids[inputs.input_ids.shape[1] :], skip_special_tokens=True)


# %% 3 right: a pipeline
def go_on(messages, beginning, max_new_tokens):
    from transformers import pipeline

    chatbot = pipeline("text-generation", model=model, tokenizer=tokenizer)
    begun = messages + [{"role": "assistant", "content": beginning}]
    result = chatbot(begun, max_new_tokens=max_new_tokens, do_sample=False)
    return result[0]["generated_text"][-1]["content"]


# %% 3 wrong: without the beginning | beginning in front
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: the list is changed | list was changed
def go_on(messages, beginning, max_new_tokens):
    messages.append({"role": "assistant", "content": beginning})
    inputs = tokenizer.apply_chat_template(messages, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: the message is closed and a new one begun
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, add_generation_prompt=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: special tokens stay | special tokens
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.decode(output[0])


# %% 3 wrong: the prompt is returned too | without the prompt
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.decode(output[0], skip_special_tokens=True)


# %% 3 wrong: the beginning is only put in front of a usual answer
def go_on(messages, beginning, max_new_tokens):
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: the beginning is the user's
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "user", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, add_generation_prompt=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: sampled | greedily
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=True)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: a number of its own | greedily
def go_on(messages, beginning, max_new_tokens):
    begun = [*messages, {"role": "assistant", "content": beginning}]
    inputs = tokenizer.apply_chat_template(begun, continue_final_message=True, return_tensors="pt").to(model.device)
    output = model.generate(**inputs, max_new_tokens=12, do_sample=False)
    return beginning + tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


# %% 3 wrong: no beginning of an answer before the words
def go_on(messages, beginning, max_new_tokens):
    text = tokenizer.apply_chat_template(messages, tokenize=False) + beginning
    inputs = tokenizer(text, return_tensors="pt").to(model.device)
    ids = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)[0]
    return beginning + tokenizer.decode(ids[inputs.input_ids.shape[1] :], skip_special_tokens=True)


# %% 3 wrong: nothing is generated | what the model wrote
def go_on(messages, beginning, max_new_tokens):
    return beginning


# %% 4 right: a dictionary of the tools
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    name = ""
    try:
        asked = json.loads(found[1])
        name = asked["name"]
        by_name = {tool.__name__: tool for tool in tools}
        content = str(by_name[name](**asked["arguments"]))
    except Exception as error:
        content = f"Error: {error!r}"
    return {"role": "tool", "name": name, "content": content}


# %% 4 right: partition and a loop
def run_call(text, tools):
    _, tag, rest = text.partition("<tool_call>")
    if not tag:
        return
    message = {"role": "tool", "name": "unknown"}
    try:
        call = json.loads(rest.partition("</tool_call>")[0])
        message["name"] = call["name"]
        for tool in tools:
            if tool.__name__ == call["name"]:
                return message | {"content": f"{tool(**call['arguments'])}"}
        return message | {"content": "Error: there is no such tool"}
    except (ValueError, TypeError, KeyError) as error:
        return message | {"content": "Error: " + str(error)}


# %% 4 right: next() and early returns
def run_call(text, tools):
    if "<tool_call>" not in text:
        return None
    body = text.split("<tool_call>")[1].split("</tool_call>")[0].strip()
    result = dict(role="tool", name=None, content="Error")
    try:
        call = json.loads(body)
        result["name"] = call["name"]
        tool = next(tool for tool in tools if tool.__name__ == call["name"])
        result["content"] = str(tool(**call["arguments"]))
    except Exception:
        pass
    return result


# %% 4 wrong: any function of the notebook | not in the list
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    name = ""
    try:
        call = json.loads(found[1])
        name = call["name"]
        content = str(globals()[name](**call["arguments"]))
    except Exception as error:
        content = f"Error: {error}"
    return {"role": "tool", "name": name, "content": content}


# %% 4 wrong: always the first tool
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    try:
        call = json.loads(found[1])
        content = str(tools[0](**call["arguments"]))
    except Exception as error:
        content = f"Error: {error}"
    return {"role": "tool", "name": tools[0].__name__, "content": content}


# %% 4 wrong: errors are raised | nothing may be raised
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    call = json.loads(found[1])
    by_name = {tool.__name__: tool for tool in tools}
    return {"role": "tool", "name": call["name"], "content": str(by_name[call["name"]](**call["arguments"]))}


# %% 4 wrong: the result is a number | text
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    try:
        call = json.loads(found[1])
        content = {tool.__name__: tool for tool in tools}[call["name"]](**call["arguments"])
    except Exception as error:
        return {"role": "tool", "name": "", "content": f"Error: {error}"}
    return {"role": "tool", "name": call["name"], "content": content}


# %% 4 wrong: the text has to be the call and nothing else
def run_call(text, tools):
    if not (text.startswith("<tool_call>") and text.endswith("</tool_call>")):
        return None
    try:
        call = json.loads(text[len("<tool_call>") : -len("</tool_call>")])
        content = str({tool.__name__: tool for tool in tools}[call["name"]](**call["arguments"]))
        return {"role": "tool", "name": call["name"], "content": content}
    except Exception as error:
        return {"role": "tool", "name": "", "content": f"Error: {error}"}


# %% 4 wrong: a text without a call is an error | None
def run_call(text, tools):
    name = ""
    try:
        call = json.loads(re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)[1])
        name = call["name"]
        content = str({tool.__name__: tool for tool in tools}[name](**call["arguments"]))
    except Exception as error:
        content = f"Error: {error}"
    return {"role": "tool", "name": name, "content": content}


# %% 4 wrong: unknown tools give None
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    try:
        call = json.loads(found[1])
        for tool in tools:
            if tool.__name__ == call["name"]:
                return {"role": "tool", "name": call["name"], "content": str(tool(**call["arguments"]))}
    except Exception as error:
        return {"role": "tool", "name": "", "content": f"Error: {error}"}


# %% 4 wrong: the message of an error without the word | Error
def run_call(text, tools):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    name = ""
    try:
        call = json.loads(found[1])
        name = call["name"]
        content = str({tool.__name__: tool for tool in tools}[name](**call["arguments"]))
    except Exception as error:
        content = str(error)
    return {"role": "tool", "name": name, "content": content}


# %% 4 wrong: the example | what the call asks for
def run_call(text, tools):
    if "<tool_call>" in text:
        return {"role": "tool", "name": "add", "content": "5"}


# %% 5 right: lines
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("There is no role " ~ message["role"]) }}
{% endif %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}
{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 right: in one line, with newlines in the texts
template = (
    "{%- for m in messages -%}"
    "{%- if m.role in ('system', 'user', 'assistant') -%}"
    "{{- '### ' + m.role.upper() + '\\n' + m.content + eos_token + '\\n' -}}"
    "{%- else -%}{{- raise_exception('no such role') -}}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '### ASSISTANT\\n' -}}{%- endif -%}"
)
# %% 5 right: a branch for each role
template = """\
{%- for message in messages %}
    {%- if message.role == "system" %}
        {{- "### SYSTEM\\n" }}
    {%- elif message.role == "user" %}
        {{- "### USER\\n" }}
    {%- elif message.role == "assistant" %}
        {{- "### ASSISTANT\\n" }}
    {%- else %}
        {{- raise_exception("unknown role: " + message.role) }}
    {%- endif %}
    {{- message.content + eos_token + "\\n" }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- "### ASSISTANT\\n" }}
{%- endif %}"""
# %% 5 wrong: no end token | end token
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("no") }}
{% endif %}
### {{ message["role"] | upper }}
{{ message["content"] }}
{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 wrong: no error for a role | raise_exception
template = """\
{% for message in messages %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}
{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 wrong: the generation prompt always | only where asked for
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("no") }}
{% endif %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}
{% endfor %}
### ASSISTANT
"""
# %% 5 wrong: no generation prompt
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("no") }}
{% endif %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}
{% endfor %}
"""
# %% 5 wrong: small letters
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("no") }}
{% endif %}
### {{ message["role"] }}
{{ message["content"] ~ eos_token }}
{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 wrong: an empty line between the messages | newlines
template = """\
{% for message in messages %}
{% if message["role"] not in ["system", "user", "assistant"] %}
{{ raise_exception("no") }}
{% endif %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}

{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 wrong: a role of the assistant is refused, as in a list that is too short
template = """\
{% for message in messages %}
{% if message["role"] in ["system", "user"] %}
### {{ message["role"] | upper }}
{{ message["content"] ~ eos_token }}
{% endif %}
{% endfor %}
{% if add_generation_prompt %}
### ASSISTANT
{% endif %}
"""
# %% 5 wrong: the example as a text
template = "### SYSTEM\nBe brief.<|endoftext|>\n### USER\nHi<|endoftext|>\n"
