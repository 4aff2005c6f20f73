"""A room's address in whatever form a person pastes it."""

from __future__ import annotations

import pytest

from classroom.client import hub_mode, room_address
from tests.support.client import run_python


@pytest.mark.parametrize(
    "form",
    [
        "{hub}",
        "{hub}/",
        "  {hub}\n",
        "'{hub}'",
        '"{hub}/"',
        "{bare}",
        "{bare}/models",
        "{hub}/someone/tiny",
        "{hub}/someone/tiny/tree/main?x=1#readme",
        "HTTP://{bare}",
        "http://LOCALHOST:{port}",
        "%env COURSE_HUB={hub}",
        "export COURSE_HUB='{hub}'",
        "COURSE_HUB={hub}",
        "<{hub}>",
        "http://me:secret@{bare}",
    ],
)
def test_every_form_leads_to_the_room(form: str, endpoint: str) -> None:
    bare = endpoint.removeprefix("http://")
    pasted = form.format(hub=endpoint, bare=bare, port=bare.partition(":")[2])
    found = next(address for address in room_address.candidates(pasted) if hub_mode.answers(address))
    assert found in (endpoint, endpoint.replace("127.0.0.1", "localhost"))


@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        ("192.0.2.7", "http://192.0.2.7:8765"),
        ("teacher.local", "http://teacher.local:8765"),
        ("https://hub.school.example", "https://hub.school.example"),
        ("http://[2001:db8::1]:8765/", "http://[2001:db8::1]:8765"),
        ("2001:db8::1", "http://[2001:db8::1]:8765"),
        ("http://host.example/user/ana/proxy/8765/", "http://host.example/user/ana/proxy/8765"),
    ],
)
def test_the_likeliest_meaning_comes_first(pasted: str, first: str) -> None:
    assert room_address.candidates(pasted)[0] == first


@pytest.mark.parametrize(
    "pasted", ["http://[::1", "http://host:port", "ftp://host:21", "http://", "a b", "http://a/b c:"]
)
def test_what_is_no_address_makes_no_traceback(pasted: str) -> None:
    assert all(not hub_mode.answers(address) for address in room_address.candidates(pasted))


def test_the_page_that_a_learner_looked_at_becomes_the_clients_address(endpoint: str) -> None:
    code = "from classroom.client import hub_mode as m; print(m.activate().endpoint)"
    done = run_python(code, 60, {"COURSE_HUB": f"%env COURSE_HUB={endpoint}/someone/tiny"})
    assert done.stdout.strip() == endpoint, done.stderr


@pytest.mark.parametrize("value", ["Classroom", " 'classroom' ", "CLASSROOM"])
def test_a_modes_name_is_known_in_any_case_and_in_quotes(value: str) -> None:
    code = "from classroom.client import hub_mode as m; print(m.activate().reason)"
    assert run_python(code, 60, {"COURSE_HUB": value}).stdout == "COURSE_HUB=classroom\n"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("hf.co", "HF_ENDPOINT is 'hf.co'; give an address that starts with https://, or take it away."),
        ("", ""),
    ],
)
def test_an_endpoint_that_is_no_address_is_told_and_an_empty_one_counts_as_none(value: str, sentence: str) -> None:
    code = "import os; from classroom.client import hub_mode as m; m.activate(); print('HF_ENDPOINT' in os.environ)"
    done = run_python(code, 60, {"COURSE_HUB": "hub", "HF_ENDPOINT": value})
    assert done.stderr.strip().endswith(sentence) if sentence else done.stdout == "False\n"
