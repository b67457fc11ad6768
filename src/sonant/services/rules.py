"""Pronunciation rules as they are kept: limits, their form in the database, and those that were used lately."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from sonant.core.errors import InvalidRequest
from sonant.store.dictionaries import StoredRules
from sonant.text.dictionaries import Rule
from sonant.text.pls import MOST_RULES_IN_FILE

MOST_RULES = MOST_RULES_IN_FILE
MOST_REMEMBERED = 60_000

Key = tuple[str, str, str]


def check_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules, if they can be kept and applied.

    Raises:
        InvalidRequest: They are too many, or one of them can't be applied.
    """
    kept = tuple(rules)
    if len(kept) > MOST_RULES:
        raise InvalidRequest(f"A pronunciation dictionary may have {MOST_RULES} rules, not {len(kept)}.")
    for number, rule in enumerate(kept, 1):
        try:
            rule.check()
        except InvalidRequest as error:
            raise InvalidRequest(f"Rule {number} of {len(kept)}: {error.message}") from error
    return kept


def to_json(rules: Iterable[Rule]) -> StoredRules:
    """Rules as JSON objects."""
    return [{name: getattr(rule, name) for name in Rule.__slots__} for rule in rules]


def from_json(stored: StoredRules) -> tuple[Rule, ...]:
    """Rules of JSON objects."""
    return tuple(Rule(**entry) for entry in stored)


class KnownRules:
    """The rules of versions that were used lately. Versions never change, so what is known stays true."""

    def __init__(self) -> None:
        self._rules: OrderedDict[Key, tuple[Rule, ...]] = OrderedDict()
        self._count = 0
        self._turn = threading.Lock()

    def find(self, key: Key) -> tuple[Rule, ...] | None:
        """The rules of a version, by account, dictionary and version; None if they aren't known."""
        with self._turn:
            rules = self._rules.get(key)
            if rules is not None:
                self._rules.move_to_end(key)
            return rules

    def add(self, key: Key, rules: tuple[Rule, ...]) -> None:
        """Remember rules, and forget those that were not used for the longest time where they become too many."""
        with self._turn:
            if key in self._rules:
                return
            self._rules[key] = rules
            self._count += len(rules) + 1
            while self._count > MOST_REMEMBERED:
                _, forgotten = self._rules.popitem(last=False)
                self._count -= len(forgotten) + 1
