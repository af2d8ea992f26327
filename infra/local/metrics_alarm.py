"""The state of an alarm. This file is ours, and tells nothing about AWS.

AWS looks at whole minutes of the clock, once a minute, one or two minutes later. Here an alarm looks at the time up to now, every few
seconds, and what it calls a minute are thirty seconds: whoever breaks something in a demo sees it within the minute.
"""

import operator

from metrics_math import MathError, evaluate, of
from metrics_query import dimensions_of, statistic

MINUTE = 30

BREACHES = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def seconds(period):
    """How long a period of an alarm is here. Longer ones are as they are."""
    return MINUTE if period <= 60 else period


class Windows:
    """The last periods up to now: 0 is the newest."""

    def __init__(self, store, count, now):
        self.store, self.count, self.now = store, count, now

    def series(self, metric, period, stat):
        width, points = seconds(period), self.store.points(*metric)
        values = {}
        for n in range(self.count):
            end = self.now - n * width
            inside = [(value, count) for at, value, count in points if end - width < at <= end]
            values[n] = statistic(inside, stat)
        return of({n: value for n, value in values.items() if value is not None})

    def of_metrics(self, metrics):
        """Of an alarm with metric math: the series of the query that gives data."""
        queries = {one["Id"]: one for one in metrics}

        def value(id_):
            query = queries.get(id_)
            if query is None:
                raise MathError(f"no metric has the id {id_}")
            if query.get("Expression"):
                return evaluate(query["Expression"], value, range(self.count))
            stat = query["MetricStat"]
            metric = stat["Metric"]
            which = (metric["Namespace"], metric["MetricName"], dimensions_of(metric))
            return self.series(which, int(stat["Period"]), stat["Stat"])

        watched = next((one for one in metrics if one.get("ReturnData", True) is not False), None)
        if watched is None:
            raise MathError("no metric gives data")
        return value(watched["Id"])


def values(alarm, store, now):
    windows = Windows(store, int(alarm.get("EvaluationPeriods", 1)), now)
    if alarm.get("Metrics"):
        series = windows.of_metrics(alarm["Metrics"])
        return series if isinstance(series, dict) else of(dict.fromkeys(range(windows.count), series))
    metric = (alarm["Namespace"], alarm["MetricName"], dimensions_of(alarm))
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return windows.series(metric, int(alarm.get("Period", 60)), stat)


def state(alarm, store, now):
    """The state and the reason; nothing where the state stays as it is."""
    found = values(alarm, store, now)
    breaches = BREACHES.get(alarm.get("ComparisonOperator"))
    if breaches is None:
        raise MathError(f"{alarm.get('ComparisonOperator')} is not known here")
    periods = int(alarm.get("EvaluationPeriods", 1))
    missing, threshold = alarm.get("TreatMissingData", "missing"), alarm.get("Threshold", 0)
    if not found and missing in ("missing", "ignore"):
        return ("INSUFFICIENT_DATA", "there is no point") if missing == "missing" else None
    counted = sum(1 for value in found.values() if breaches(value, threshold))
    counted += periods - len(found) if missing == "breaching" else 0
    is_on = counted >= int(alarm.get("DatapointsToAlarm") or periods)
    shown = ", ".join(f"{value:g}" for _, value in sorted(found.items())) or "none"
    return ("ALARM" if is_on else "OK", f"the newest points are {shown}, against {alarm['ComparisonOperator']} {threshold:g}")
