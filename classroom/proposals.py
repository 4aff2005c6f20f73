"""Pull requests and discussions over HTTP: open, list, talk, merge, close."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import access, asked, bodies, commits, diffs, discussions, names
from classroom.access import Account
from classroom.problems import Problem
from classroom.store import Repository

PAGE = 20
LONGEST_TITLE = 200


def routes() -> list[Route]:
    """The addresses that this module answers."""
    every = "/api/{kind:kind}/{repo:repo}/discussions"
    one = f"{every}/{{number:number}}"
    return [
        Route(every, _list),
        Route(every, bodies.takes_json(_open), methods=["POST"]),
        Route(one, _details),
        Route(f"{one}/comment", bodies.takes_json(_comment), methods=["POST"]),
        Route(f"{one}/comment/{{comment}}/edit", bodies.takes_json(_edit), methods=["POST"]),
        Route(f"{one}/comment/{{comment}}/hide", bodies.takes_json(_hide), methods=["POST"]),
        Route(f"{one}/title", bodies.takes_json(_rename), methods=["POST"]),
        Route(f"{one}/status", bodies.takes_json(_change_status), methods=["POST"]),
        Route(f"{one}/merge", bodies.takes_json(_merge), methods=["POST"]),
    ]


def _list(request: Request) -> Response:
    repository, query = asked.repository(request, request.path_params["kind"]), request.query_params
    found = [one for one in discussions.every(repository) if _is_wanted(one, query)]
    page = query.get("p", "0")
    start = PAGE * int(page) if page.isdecimal() and len(page) < 9 else 0
    listed = [_summary(request, one) for one in found[start : start + PAGE]]
    return JSONResponse({"discussions": listed, "count": len(found), "start": start})


def _is_wanted(discussion: dict, query) -> bool:
    kind, status, author = query.get("type"), query.get("status"), query.get("author")
    is_open = discussion["status"] in ("open", "draft")
    return (
        (kind not in ("pull_request", "discussion") or discussion["isPullRequest"] == (kind == "pull_request"))
        and (status not in ("open", "closed") or is_open == (status == "open"))
        and author in (None, discussion["author"]["name"])
    )


def _summary(request: Request, discussion: dict) -> dict:
    kind = request.path_params["kind"]
    repo = {"name": asked.name(request, kind), "type": kind[:-1]}
    return {key: value for key, value in discussion.items() if key != "events"} | {"repo": repo}


def _details(request: Request) -> Response:
    repository = asked.repository(request, request.path_params["kind"])
    discussion = _load(repository, request)
    told = _summary(request, discussion) | {"events": discussion["events"]}
    if discussion["isPullRequest"]:
        told |= {"changes": {"base": "refs/heads/main"}, "filesWithConflicts": []}
        if "mergeCommit" in discussion:
            told["changes"]["mergeCommitId"] = discussion["mergeCommit"]
        elif discussion["status"] in ("open", "draft"):
            told["filesWithConflicts"] = diffs.conflicts(repository, "refs/heads/main", _ref(discussion))
        if "diff" in request.query_params:
            told["diff"] = diffs.between(repository, *_range(repository, discussion))
    return JSONResponse(told)


def _open(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    title = names.text(body.get("title"), "title", LONGEST_TITLE).strip()
    if len(title) < 3:
        raise Problem(400, "BadRequest", "The title must have at least 3 characters.")
    description = names.text(body.get("description") or "", "description").strip()
    is_pull_request = body.get("pullRequest") is True
    with commits.writing(repository):
        discussion = discussions.new(repository, account.name, title, description, is_pull_request)
        if is_pull_request:
            discussion["status"] = "draft"
            commits.move_ref(repository, _ref(discussion), None, repository.resolve("refs/heads/main"))
        discussions.save(repository, discussion)
    return JSONResponse({"num": discussion["num"], "pullRequest": is_pull_request})


def _comment(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    said = discussions.comment(account.name, names.text(body.get("comment"), "comment"))
    with commits.writing(repository):
        _append(repository, _load(repository, request), said)
    return JSONResponse({"newMessage": said})


def _edit(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    content = names.text(body.get("content"), "content")
    with commits.writing(repository):
        discussion, said = _own_comment(request, repository, account)
        data = said["data"]
        data |= {"history": [*data["history"], data["latest"]], "edited": True}
        data["latest"] = discussions.comment(account.name, content)["data"]["latest"]
        discussions.save(repository, discussion)
    return JSONResponse({"updatedComment": said})


def _hide(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    with commits.writing(repository):
        discussion, said = _own_comment(request, repository, account)
        said["data"] |= {"hidden": True, "history": []}
        said["data"]["latest"] |= {"raw": "This comment has been hidden", "html": ""}
        discussions.save(repository, discussion)
    return JSONResponse({"updatedComment": said})


def _rename(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    title = names.text(body.get("title"), "title", LONGEST_TITLE).strip()
    if len(title) < 3:
        raise Problem(400, "BadRequest", "The title must have at least 3 characters.")
    with commits.writing(repository):
        discussion = _changeable(request, repository, account)
        change = discussions.event("title-change", account.name, **{"from": discussion["title"], "to": title})
        _append(repository, discussion | {"title": title}, change)
    return JSONResponse({"newTitle": change})


def _change_status(request: Request, body: dict) -> Response:
    account, repository = _partner(request)
    status, words = body.get("status"), names.text(body.get("comment") or "", "comment")
    if status not in ("open", "closed"):
        raise Problem(400, "BadRequest", "The status is open or closed.")
    with commits.writing(repository):
        discussion = _changeable(request, repository, account)
        if discussion["status"] == "merged":
            raise Problem(400, "BadRequest", "This pull request was merged already.")
        change = discussions.event("status-change", account.name, status=status)
        said = [discussions.comment(account.name, words)] if words else []
        _append(repository, discussion | {"status": status}, *said, change)
    return JSONResponse({"newStatus": change})


def _merge(request: Request, body: dict) -> Response:
    kind = request.path_params["kind"]
    account, repository = asked.writable(request, kind, asked.name(request, kind))
    words = names.text(body.get("comment") or "", "comment")
    with commits.writing(repository):
        discussion = _load(repository, request)
        if not discussion["isPullRequest"] or discussion["status"] not in ("open", "draft"):
            raise Problem(400, "BadRequest", "Only an open pull request can be merged.")
        main, proposed = repository.resolve("refs/heads/main"), repository.resolve(_ref(discussion))
        conflicts = diffs.conflicts(repository, "refs/heads/main", _ref(discussion))
        if conflicts:
            raise Problem(409, "Conflict", f"Both sides changed {', '.join(map(ascii, conflicts[:5]))}: cannot merge.")
        title = f"Merge pull request #{discussion['num']}: {discussion['title']}"
        tree = diffs.merged_tree(repository, main, proposed)
        made = commits.commit(repository, tree, [main, proposed], account.name, title)
        commits.move_ref(repository, "refs/heads/main", main, made)
        change = discussions.event("status-change", account.name, status="merged")
        said = [discussions.comment(account.name, words)] if words else []
        _append(repository, discussion | {"status": "merged", "mergeCommit": made, "mergedFrom": main}, *said, change)
    return JSONResponse({"mergeCommitId": made})


def _partner(request: Request) -> tuple[Account, Repository]:
    kind = request.path_params["kind"]
    return asked.open_to_proposals(request, kind, asked.name(request, kind))


def _load(repository: Repository, request: Request) -> dict:
    number = int(request.path_params["number"])
    discussion = discussions.load(repository, number)
    if discussion is None:
        raise Problem(404, "DiscussionNotFound", f"There is no discussion {number} here.")
    return discussion


def _append(repository: Repository, discussion: dict, *events: dict) -> None:
    discussions.save(repository, discussion | {"events": [*discussion["events"], *events]})


def _changeable(request: Request, repository: Repository, account: Account) -> dict:
    """The discussion, if the account opened it or owns the repository."""
    discussion, kind = _load(repository, request), request.path_params["kind"]
    if discussion["author"]["name"] != account.name:
        access.require_write(request, kind, asked.name(request, kind))
    return discussion


def _own_comment(request: Request, repository: Repository, account: Account) -> tuple[dict, dict]:
    discussion, wanted = _load(repository, request), request.path_params["comment"]
    for said in discussion["events"]:
        if said["id"] == wanted and said["type"] == "comment":
            if said["author"]["name"] != account.name:
                raise Problem(403, "Forbidden", "Only who wrote a comment may change it.")
            return discussion, said
    raise Problem(404, "CommentNotFound", "There is no such comment here.")


def _ref(discussion: dict) -> str:
    return f"refs/pr/{discussion['num']}"


def _range(repository: Repository, discussion: dict) -> tuple[str | None, str | None]:
    proposed = repository.resolve(_ref(discussion))
    main = discussion.get("mergedFrom") or repository.resolve("refs/heads/main")
    return diffs.common(repository, main, proposed) if main and proposed else None, proposed
