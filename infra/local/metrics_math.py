"""Metric math, as far as twinpool and its template use it. This file is ours, and tells nothing about AWS.

A series is a dict from a place in time to a number; what lacks a place lacks a point. A search gives a list of series.
"""

import operator
import re

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*|\.\d+)|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^']*'|"[^"]*")|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^()\[\],<>]))"""
)


class MathError(ValueError):
    """An expression that is not understood here."""


class Series(dict):
    """Numbers over time. `metric`: namespace, name and dimensions, where it is one metric."""

    metric = None


def of(values, metric=None):
    series = Series(values)
    series.metric = metric
    return series


def evaluate(text, named, grid, search=None):
    """The value of an expression: a number, a series, or a list of series.

    `named` gives the value of an id. `grid` is every place in time, which FILL fills. `search` finds the series of a SEARCH, by its
    arguments.
    """
    return Reader(text, named, grid, search).whole()


def tokens(text):
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if not match:
            raise MathError(f"what starts with {text[at:at + 20]!r} is not understood")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def truth(test):
    return lambda left, right: float(test(left, right))


COMPARE = {
    "==": truth(operator.eq),
    "!=": truth(operator.ne),
    "<": truth(operator.lt),
    "<=": truth(operator.le),
    ">": truth(operator.gt),
    ">=": truth(operator.ge),
}
AND = truth(lambda left, right: left != 0 and right != 0)
OR = truth(lambda left, right: left != 0 or right != 0)
SUM = {"+": operator.add, "-": operator.sub}
PRODUCT = {"*": operator.mul, "/": lambda left, right: left / right if right else None}
POWER = {"^": operator.pow}

# From the weakest to the strongest.
LEVELS = [{"OR": OR, "||": OR}, {"AND": AND, "&&": AND}, COMPARE, SUM, PRODUCT, POWER]


def together(function, *values):
    """Of numbers a number; of series a series, where all of them have a point; of a list a list."""
    lists = [value for value in values if isinstance(value, list)]
    if lists:
        length = len(lists[0])
        if any(len(one) != length for one in lists):
            raise MathError("lists of different lengths do not go together")
        rows = ([value[n] if isinstance(value, list) else value for value in values] for n in range(length))
        return [together(function, *row) for row in rows]
    series = [value for value in values if isinstance(value, dict)]
    if not series:
        return function(*values)
    places = set(series[0]).intersection(*series[1:])
    computed = ((at, function(*(value[at] if isinstance(value, dict) else value for value in values))) for at in sorted(places))
    return of({at: value for at, value in computed if value is not None}, series[0].metric)


def choose(condition, then, otherwise):
    """IF: the branch that is not taken may lack the point."""
    if isinstance(condition, list):
        raise MathError("IF takes no list")
    if not isinstance(condition, dict):
        return then if condition else otherwise
    taken = {at: then if holds else otherwise for at, holds in condition.items()}
    values = {at: value.get(at) if isinstance(value, dict) else value for at, value in taken.items()}
    return of({at: value for at, value in values.items() if value is not None})


def fill(value, with_, grid):
    if isinstance(value, list):
        return [fill(one, with_, grid) for one in value]
    if with_ == "REPEAT":
        filled, last = {}, None
        for at in sorted(grid):
            last = value.get(at, last)
            filled[at] = last
        return of({at: one for at, one in filled.items() if one is not None}, value.metric)
    if not isinstance(with_, (int, float)):
        raise MathError("FILL fills with a number or REPEAT")
    return of({at: value.get(at, with_) for at in grid}, value.metric)


def fold(function, value):
    """SUM and its like: of a list a series, over those that have a point; of a series a number."""
    if isinstance(value, list):
        places = sorted(set().union(*value)) if value else []
        return of({at: function([one[at] for one in value if at in one]) for at in places})
    if isinstance(value, dict):
        return function(list(value.values())) if value else 0.0
    raise MathError("this wants a series or a list of them")


FOLDS = {"SUM": sum, "MAX": max, "MIN": min, "AVG": lambda values: sum(values) / len(values)}
PLAIN = {"ABS": abs, "CEIL": lambda value: float(-(-value // 1)), "FLOOR": lambda value: float(value // 1)}


class Reader:
    """Reads and computes in one go."""

    def __init__(self, text, named, grid, search):
        self.tokens, self.at = tokens(text), 0
        self.named, self.grid, self.search = named, grid, search

    def whole(self):
        value = self.level(0)
        if self.at != len(self.tokens):
            raise MathError(f"{self.tokens[self.at][1]!r} is not expected there")
        return value

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, wanted=None):
        kind, text = self.peek()
        if kind is None or wanted not in (None, text):
            raise MathError(f"{wanted or 'more'} is missing")
        self.at += 1
        return kind, text

    def level(self, number):
        if number == len(LEVELS):
            return self.one()
        value = self.level(number + 1)
        while self.peek()[1] in LEVELS[number] and self.peek()[0] in ("sign", "name"):
            function = LEVELS[number][self.take()[1]]
            value = together(function, value, self.level(number + 1))
        return value

    def one(self):
        kind, text = self.take()
        if kind == "number":
            return float(text)
        if kind == "text":
            return text[1:-1]
        if text == "-":
            return together(operator.neg, self.one())
        if text == "(":
            value = self.level(0)
            self.take(")")
            return value
        if text == "[":
            return self.several("]")
        if kind == "name":
            return self.call(text) if self.peek()[1] == "(" else self.name(text)
        raise MathError(f"{text!r} is not expected there")

    def several(self, end):
        values = []
        while self.peek()[1] != end:
            values.append(self.level(0))
            if self.peek()[1] != end:
                self.take(",")
        self.take(end)
        return values

    def name(self, text):
        return "REPEAT" if text == "REPEAT" else self.named(text)

    def call(self, name):
        self.take("(")
        values = self.several(")")
        if name == "SEARCH" and self.search:
            return self.search(*values)
        try:
            if name == "IF":
                return choose(*values)
            if name == "FILL":
                return fill(*values, self.grid)
            if name in FOLDS:
                return fold(FOLDS[name], *values)
            if name in PLAIN:
                return together(PLAIN[name], *values)
        except TypeError as error:
            raise MathError(f"{name}: {error}") from error
        raise MathError(f"{name} is not known here")
