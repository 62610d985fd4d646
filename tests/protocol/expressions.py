"""DynamoDB's condition and update expressions, limited to the syntax that records use.

Source: DynamoDB Developer Guide, 'Condition and filter expressions' and 'Update expressions'.
Values are typed as in DynamoDB, `{"S": "text"}`; values of different types are never equal, and a
comparison with a missing attribute is false.
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
Test = Callable[[Item, Mapping[str, str], Item], bool]

_TOKEN = re.compile(r"\s*(attribute_not_exists|AND|OR|<>|<=|>=|[<>=(),]|[#:]\w+)")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@cache
def condition(text: str) -> Test:
    """Return the compiled ConditionExpression. Raises ValueError for unsupported syntax."""
    tokens = _tokens(text)
    test = _any(tokens)
    if tokens:
        raise ValueError(f"unread in {text!r}: {tokens}")
    return test


def updated(item: Item, text: str, names: Mapping[str, str], values: Item) -> dict[str, Any]:
    """Return the item after an UpdateExpression of SET and REMOVE clauses."""
    after = dict(item)
    for name, value in _changes(text):
        if value is None:
            after.pop(names[name], None)
        else:
            after[names[name]] = values[value]
    return after


@cache
def _changes(text: str) -> list[tuple[str, str | None]]:
    """Return the names in an UpdateExpression, each with its new value, or None to remove it."""
    clauses = re.split(r"\b(SET|REMOVE) ", text)
    if clauses[0].strip():
        raise ValueError(f"neither SET nor REMOVE: {text!r}")
    changes: list[tuple[str, str | None]] = []
    for keyword, clause in zip(clauses[1::2], clauses[2::2], strict=True):
        for part in clause.split(","):
            name, *value = (side.strip() for side in part.split("="))
            if len(value) != (keyword == "SET"):
                raise ValueError(f"neither a value nor a removal: {part!r}")
            changes.append((name, value[0] if value else None))
    return changes


def _tokens(text: str) -> list[str]:
    """Return the tokens in reverse order, so that the next token can be popped from the end."""
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"unknown token at {text[position:]!r}")
        tokens.append(match[1])
        position = match.end()
    return tokens[::-1]


def _any(tokens: list[str]) -> Test:
    tests = [_all(tokens)]
    while tokens and tokens[-1] == "OR":
        tokens.pop()
        tests.append(_all(tokens))
    return lambda item, names, values: any(test(item, names, values) for test in tests)


def _all(tokens: list[str]) -> Test:
    tests = [_term(tokens)]
    while tokens and tokens[-1] == "AND":
        tokens.pop()
        tests.append(_term(tokens))
    return lambda item, names, values: all(test(item, names, values) for test in tests)


def _term(tokens: list[str]) -> Test:
    token = tokens.pop()
    if token == "(":
        inner = _any(tokens)
        _expect(tokens, ")")
        return inner
    if token == "attribute_not_exists":
        _expect(tokens, "(")
        name = tokens.pop()
        _expect(tokens, ")")
        return lambda item, names, values: names[name] not in item  # noqa: ARG005
    compare, value = _COMPARISONS[tokens.pop()], tokens.pop()
    return lambda item, names, values: _holds(item.get(names[token]), compare, values[value])


def _expect(tokens: list[str], expected: str) -> None:
    token = tokens.pop()
    if token != expected:
        raise ValueError(f"{token!r} instead of {expected!r}")


def _holds(
    left: Mapping[str, Any] | None, compare: Callable[[Any, Any], bool], right: Mapping[str, Any]
) -> bool:
    if left is None:
        return False
    ((left_type, left_value),), ((right_type, right_value),) = left.items(), right.items()
    if left_type != right_type:
        return compare is operator.ne
    return compare(_comparable(left_type, left_value), _comparable(right_type, right_value))


def _comparable(kind: str, value: Any) -> Any:
    match kind:
        case "N":
            return Decimal(value)
        case "S":
            return value.encode()
        case _:
            return value
