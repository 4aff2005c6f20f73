"""Pull requests and discussions over HTTP: open, list, comment, merge, close."""

from __future__ import annotations

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from classroom.auth import access
from classroom.auth.errors import ForbiddenError
from classroom.git import diffs, merges
from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError
from classroom.storage import commits, discussions, names
from classroom.storage.discussions import Discussion
from classroom.storage.errors import ConflictError, InvalidInputError
from classroom.storage.repository import Repository

PAGE = 20
LONGEST_TITLE = 200
ALL = f"{API}/discussions"
ONE = f"{ALL}/{{number:number}}"
endpoints = Endpoints()


@endpoints.get(ALL)
def listing(call: Call) -> Response:
    """List a page of the discussions that the query asks for."""
    query = call.request.query_params
    found = [one for one in discussions.every(call.repository) if _is_wanted(one, query)]
    page = call.query("p", "0")
    start = PAGE * int(page) if page.isdecimal() and len(page) < 9 else 0
    listed = [_summary(call, one) for one in found[start : start + PAGE]]
    return JSONResponse({"discussions": listed, "count": len(found), "start": start})


def _is_wanted(discussion: Discussion, query: QueryParams) -> bool:
    kind, status, author = query.get("type"), query.get("status"), query.get("author")
    is_open = discussion["status"] in ("open", "draft")
    return (
        (kind not in ("pull_request", "discussion") or discussion["isPullRequest"] == (kind == "pull_request"))
        and (status not in ("open", "closed") or is_open == (status == "open"))
        and (author is None or author.lower() == discussion["author"]["name"].lower())
    )


def _summary(call: Call, discussion: Discussion) -> Discussion:
    repo = {"name": call.name, "type": call.kind[:-1]}
    return {key: value for key, value in discussion.items() if key != "events"} | {"repo": repo}


@endpoints.get(ONE)
def details(call: Call) -> Response:
    """Tell all of one discussion; of a pull request also whether it can be merged, and what it changes."""
    repository, discussion = call.repository, _load(call)
    told = _summary(call, discussion) | {"events": discussion["events"]}
    if discussion["isPullRequest"]:
        told |= {"changes": {"base": "refs/heads/main"}, "filesWithConflicts": []}
        if "mergeCommit" in discussion:
            told["changes"]["mergeCommitId"] = discussion["mergeCommit"]
        elif discussion["status"] in ("open", "draft"):
            told["filesWithConflicts"] = merges.conflicts(repository, "refs/heads/main", _ref(discussion))
        if "diff" in call.request.query_params:
            told["diff"] = diffs.git_diff(repository, *_range(repository, discussion))
    return JSONResponse(told)


@endpoints.post(ALL, Needs.PROPOSE)
def open_discussion(call: Call) -> Response:
    """Open a discussion, or a pull request that holds what `main` holds."""
    repository = call.repository
    title = names.checked_text(call.body.get("title"), "title", LONGEST_TITLE).strip()
    if len(title) < 3:
        raise InvalidInputError("The title must have at least 3 characters.")
    description = names.checked_text(call.body.get("description") or "", "description").strip()
    is_pull_request = call.body.get("pullRequest") is True
    with commits.writing(repository):
        discussion = discussions.new(repository, call.writer.name, title, description, is_pull_request)
        if is_pull_request:
            discussion["status"] = "draft"
            commits.move_ref(repository, _ref(discussion), None, repository.resolve("refs/heads/main"))
        discussions.save(repository, discussion)
    return JSONResponse({"num": discussion["num"], "pullRequest": is_pull_request})


@endpoints.post(f"{ONE}/comment", Needs.PROPOSE)
def comment(call: Call) -> Response:
    """Add a comment."""
    added = discussions.comment(call.writer.name, names.checked_text(call.body.get("comment"), "comment"))
    with commits.writing(call.repository):
        _append(call.repository, _load(call), added)
    return JSONResponse({"newMessage": added})


@endpoints.post(f"{ONE}/comment/{{comment}}/edit", Needs.PROPOSE)
def edit(call: Call) -> Response:
    """Let the author of a comment change it; what it was before stays in its history."""
    content = names.checked_text(call.body.get("content"), "content")
    with commits.writing(call.repository):
        discussion, edited = _own_comment(call)
        data = edited["data"]
        data |= {"history": [*data["history"], data["latest"]], "edited": True}
        data["latest"] = discussions.comment(call.writer.name, content)["data"]["latest"]
        discussions.save(call.repository, discussion)
    return JSONResponse({"updatedComment": edited})


@endpoints.post(f"{ONE}/status", Needs.PROPOSE)
def change_status(call: Call) -> Response:
    """Close a discussion, or open it again; its author and the repository's owner may."""
    status, words = call.body.get("status"), names.checked_text(call.body.get("comment") or "", "comment")
    if status not in ("open", "closed"):
        raise InvalidInputError("The status is open or closed.")
    with commits.writing(call.repository):
        discussion = _load(call)
        if discussion["author"]["name"] != call.writer.name:
            access.require_write(call.request, call.kind, call.name)
        if discussion["status"] == "merged":
            raise InvalidInputError("This pull request was merged already.")
        change = discussions.event("status-change", call.writer.name, status=status)
        _append(call.repository, discussion | {"status": status}, *_comments(call, words), change)
    return JSONResponse({"newStatus": change})


@endpoints.post(f"{ONE}/merge")
def merge(call: Call) -> Response:
    """Merge an open pull request into `main`."""
    repository, words = call.repository, names.checked_text(call.body.get("comment") or "", "comment")
    with commits.writing(repository):
        discussion = _load(call)
        if not discussion["isPullRequest"] or discussion["status"] not in ("open", "draft"):
            raise InvalidInputError("Only an open pull request can be merged.")
        main, proposed = repository.resolve("refs/heads/main"), repository.resolve(_ref(discussion))
        conflicts = merges.conflicts(repository, "refs/heads/main", _ref(discussion))
        if conflicts or not main or not proposed:
            raise ConflictError(f"Both sides changed {', '.join(map(ascii, conflicts[:5]))}: cannot merge.")
        title = f"Merge pull request #{discussion['num']}: {discussion['title']}"
        tree = merges.merged_tree(repository, main, proposed)
        made = commits.commit(repository, tree, [main, proposed], call.writer.name, title)
        commits.move_ref(repository, "refs/heads/main", main, made)
        change = discussions.event("status-change", call.writer.name, status="merged")
        merged = discussion | {"status": "merged", "mergeCommit": made, "mergedFrom": main}
        _append(repository, merged, *_comments(call, words), change)
    return JSONResponse({"mergeCommitId": made})


def _comments(call: Call, words: str) -> list[Discussion]:
    return [discussions.comment(call.writer.name, words)] if words else []


def _load(call: Call) -> Discussion:
    number = int(call.request.path_params["number"])
    discussion = discussions.load(call.repository, number)
    if discussion is None:
        raise HubError(404, "DiscussionNotFound", f"There is no discussion {number} here.")
    return discussion


def _append(repository: Repository, discussion: Discussion, *events: Discussion) -> None:
    discussions.save(repository, discussion | {"events": [*discussion["events"], *events]})


def _own_comment(call: Call) -> tuple[Discussion, Discussion]:
    discussion, wanted = _load(call), call.request.path_params["comment"]
    for event in discussion["events"]:
        if event["id"] == wanted and event["type"] == "comment":
            if event["author"]["name"] != call.writer.name:
                raise ForbiddenError("Only who wrote a comment may change it.")
            return discussion, event
    raise HubError(404, "CommentNotFound", "There is no such comment here.")


def _ref(discussion: Discussion) -> str:
    return f"refs/pr/{discussion['num']}"


def _range(repository: Repository, discussion: Discussion) -> tuple[str | None, str]:
    """Return the commits between which a pull request's changes lie."""
    proposed = repository.resolve(_ref(discussion))
    main = discussion.get("mergedFrom") or repository.resolve("refs/heads/main")
    assert proposed is not None
    return (merges.merge_base(repository, main, proposed) if main else None), proposed
