"""The classroom Hub's command line: `python -m classroom serve | token | mirror | prepare | list`."""

from __future__ import annotations

import argparse
import io
import os
import sys

from classroom.auth.accounts import AccountError
from classroom.cache import cache_root
from classroom.models import catalogue, recipes
from classroom.models.lessons import LessonError
from classroom.models.wheels import SourceError
from classroom.storage.names import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m classroom", description="The Hub for rooms without a Hub.")
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="serve the repositories until Ctrl-C")
    serve.add_argument("--host", default="127.0.0.1", help="127.0.0.1 for this machine, 0.0.0.0 for a room")
    serve.add_argument("--port", type=int, default=8765)
    serve.add_argument("--class-code", help="what learners type to make an account; random when left out")
    serve.set_defaults(run=_serve)
    token = commands.add_parser("token", help="make, list and revoke tokens; or give a learner a new PIN")
    token.add_argument("--user", metavar="NAME", help="whose; the account is made when there is none")
    token.add_argument("--label", default="token", help="what the token is for, as `hf auth list` shows it")
    token.add_argument("--read", action="store_true", help="a token that may only read")
    what = token.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list tokens: all, or those of --user")
    what.add_argument("--revoke", nargs="*", metavar="NUMBER", help="revoke these, or with --user all of that account")
    what.add_argument("--new-pin", action="store_true", help="give --user a new PIN, for one who lost it")
    token.set_defaults(run=_token)
    mirror = commands.add_parser("mirror", help="fetch the real models while online, so that the room gets them")
    mirror.add_argument("what", nargs="+", help="lessons (06 07) or ids (namespace/name, datasets/…, …@revision)")
    mirror.add_argument("--endpoint", help="another Hub than the public one, such as another classroom's address")
    mirror.set_defaults(run=_mirror)
    prepare = commands.add_parser("prepare", help="fetch and assemble repositories ahead of use")
    prepare.add_argument("ids", nargs="*", metavar="id", help="repositories to prepare; all when none is named")
    prepare.set_defaults(run=_prepare)
    listing = commands.add_parser("list", help="show which repository answers which id")
    listing.set_defaults(run=_list)
    arguments = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):  # a console that lacks a character shows a question mark
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        arguments.run(arguments)
    except (SourceError, AccountError, LessonError, RuntimeError) as error:
        print(error)
        sys.exit(1)
    except OSError as error:
        if not error.filename:
            raise
        print(f"Cannot use {error.filename} ({error.strerror}): set COURSE_CACHE to a folder of your own, 3 GB free.")
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.")
        sys.exit(130)


def _serve(arguments: argparse.Namespace) -> None:
    from classroom.auth import rooms
    from classroom.client import pages
    from classroom.http.server import listen, serve
    from classroom.models.hub import Hub

    host = arguments.host.strip("[]")  # of an IPv6 address
    bound, hub = listen(host, arguments.port), Hub.of_this_machine()
    addresses = rooms.urls(host, bound.getsockname()[1])
    if rooms.is_alone(host) and not arguments.class_code:
        room, endpoint = None, addresses[0]
        hub.pages = pages.address(endpoint)
        sign_in = f"{hub.pages}?token={_sign_in_token()}"
        print(f"Classroom Hub on {endpoint}\n{rooms.for_scripts(endpoint)}")
        print(f"To see your private repositories, open {sign_in} (once).\nCtrl-C stops it.", flush=True)
    else:
        room = rooms.Room(arguments.class_code or rooms.new_class_code())
        print(rooms.notice(addresses, room.class_code), flush=True)
    serve(hub, bound, room)
    print("The classroom Hub has stopped.")


def _sign_in_token() -> str:
    """Return what signs a lone learner's browser in, once."""
    from classroom.auth.accounts import LEARNER, Accounts
    from classroom.models.hub import pushed_store

    accounts = Accounts(pushed_store().root)
    accounts.add(LEARNER)
    return accounts.new_sign_in(LEARNER)


def _token(arguments: argparse.Namespace) -> None:
    from classroom.auth import admin

    admin.token(arguments)


def _mirror(arguments: argparse.Namespace) -> None:
    # The client reads these at import: a mirror is made online, whatever the terminal was set to.
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT"):
        os.environ.pop(name, None)
    from classroom.models import mirror
    from classroom.models.hub import mirror_store
    from classroom.models.snapshots import PUBLIC_HUB

    mirror.fetch(mirror_store(), mirror.parse(arguments.what), arguments.endpoint or PUBLIC_HUB)


def _prepare(arguments: argparse.Namespace) -> None:
    chosen = [entry for entry in catalogue.entries() if not arguments.ids or entry.id in arguments.ids]
    unknown = set(arguments.ids) - {entry.id for entry in chosen}
    if unknown:
        raise SourceError(
            f"The classroom has no {', '.join(sorted(unknown))}; `python -m classroom list` shows what it has."
        )
    missing = [entry for entry in chosen if not recipes.is_assembled(entry)]
    os.environ |= {"TRANSFORMERS_VERBOSITY": "error", "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
    for number, entry in enumerate(missing, 1):
        print(f"[{number}/{len(missing)}] Preparing {entry.id} ({entry.origin}) …", file=sys.stderr, flush=True)
        if entry.terms:  # named before anything is fetched
            print(f"{entry.title} comes under terms of its own: {entry.terms}", file=sys.stderr, flush=True)
        recipes.assemble(entry)
    print(f"{len(chosen)} repositories are ready in {cache_root()}.", file=sys.stderr)


def _list(arguments: argparse.Namespace) -> None:
    from classroom.models.hub import mirror_store

    mirror, rows = mirror_store(), {}
    for kind in KINDS:
        for name in mirror.ids(kind):
            found = mirror.repository(kind, name)
            if found and found.mirrored:
                rows[name] = found.mirrored["origin"]
    for entry in catalogue.entries():
        rows.setdefault(entry.id, entry.description)
    width = max(map(len, rows))
    for name, origin in rows.items():
        print(f"{name:{width}}  {origin}")


if __name__ == "__main__":
    main()
