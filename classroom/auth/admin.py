"""`python -m classroom token`: what a teacher does with accounts."""

from __future__ import annotations

import argparse
from datetime import datetime

from classroom.auth.accounts import AccountError, Accounts, Token
from classroom.models.hub import Hub, pushed_store


def token(arguments: argparse.Namespace) -> None:
    """Print a new token, or list or revoke tokens. Raise AccountError, in one sentence, when that cannot be."""
    accounts = Accounts(pushed_store().root)
    if arguments.list:
        _list(accounts.tokens(arguments.user))
    elif arguments.revoke is not None:
        _revoke(accounts, arguments.user, arguments.revoke)
    elif not arguments.user:
        raise AccountError("Name the account: python -m classroom token --user NAME")
    elif arguments.new_pin:
        _known(accounts, arguments.user)
        print(accounts.new_pin(arguments.user))
    else:
        if not accounts.find(arguments.user) and Hub.of_this_machine().is_foreign(arguments.user):
            raise AccountError(f"The name {arguments.user!r} is taken by the Hub itself; choose another one.")
        accounts.add(arguments.user)
        print(accounts.new_token(arguments.user, arguments.label, "read" if arguments.read else "write"))


def _list(tokens: list[Token]) -> None:
    layout = "{:>6}  {:20}  {:16}  {:5}  {:11}  {:10}  {}"
    print(layout.format("number", "user", "label", "may", "token", "made", "ends"))
    for one in tokens:
        made, ends = (datetime.fromtimestamp(t).strftime("%Y-%m-%d") if t else "never" for t in (one.made, one.expires))
        label = one.label or "device login"
        print(layout.format(one.id, one.account, label, one.role, f"hf_****{one.ending}", made, ends))


def _revoke(accounts: Accounts, user: str | None, numbers: list[str]) -> None:
    if not user and not numbers:
        raise AccountError("Say which: --revoke NUMBER as --list shows it, or --user NAME --revoke for all of theirs.")
    if user:
        _known(accounts, user)
    chosen = [one for one in accounts.tokens(user) if not numbers or str(one.id) in numbers]
    unknown = set(numbers) - {str(one.id) for one in chosen}
    if unknown:
        raise AccountError(f"There is no token {', '.join(sorted(unknown))}; --list shows their numbers.")
    accounts.revoke(chosen)
    if user and not numbers:
        accounts.close_sessions(user)
    print(f"{len(chosen)} revoked.")


def _known(accounts: Accounts, user: str) -> None:
    if not accounts.find(user):
        raise AccountError(f"There is no account {user!r}; there are {', '.join(accounts.names()) or 'none yet'}.")
