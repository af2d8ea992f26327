"""MiniStack whose CloudWatch is told what happens. This file is ours, and tells nothing about AWS.

MiniStack stores metrics and alarms, but hardly anything feeds them: no log line becomes a metric, functions that an event source or a
trigger calls are not counted, nor are queues and sign-ins; its GetMetricData knows no expressions, its alarms look at every series of a
name, and its CloudFormation refuses an alarm with metric math. Here all of that is mended, as far as twinpool asks.

AWS samples queues each minute, and shows any of it minutes later; here it is seconds. Points are kept for some hours, on AWS for months.
"""

import threading
import time

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, cognito, sqs
from ministack.services.cloudformation import provisioners

import metrics_alarm
import metrics_cognito
import metrics_query
import ministack_actions
from metrics_feed import sample_queue, tell, warn_once, watch_functions, watch_logs, watch_queues
from metrics_math import MathError

# Between two looks at queues and alarms, in seconds.
PACE = 5
# So long points are kept, in seconds.
KEPT = 6 * 3600


class Store:
    """MiniStack's own points, of the account and Region of the call."""

    def points(self, namespace, name, dimensions):
        key = (namespace, name, cloudwatch._dims_key(dimensions))
        return [sample for point in list(cloudwatch._metrics.get(key, ())) for sample in samples(point)]

    def metrics(self):
        for (namespace, name, _), points in list(cloudwatch._metrics.items()):
            if points:
                yield namespace, name, points[0].get("Dimensions", {})


def samples(point):
    """A point has one value, or those of a line of a log."""
    at = point["Timestamp"]
    many = point.get("samples")
    if many:
        return [(at, value, count) for value, count in many]
    return [(at, point["Value"], point.get("Count", 1.0))]


STORE = Store()


def evict():
    """In place: other threads add to the lists meanwhile."""
    oldest = time.time() - KEPT
    for points in list(cloudwatch._metrics._data.values()):
        old = next((n for n, point in enumerate(points) if point["Timestamp"] >= oldest), len(points))
        del points[:old]


# Alarms.


def evaluate_alarm(alarm):
    try:
        found = metrics_alarm.state(alarm, STORE, time.time())
    except MathError as error:
        warn_once(f"the alarm {alarm['AlarmName']} stays as it is: {error}")
        return
    old = alarm["StateValue"]
    if found is None or found[0] == old:
        return
    new, reason = found
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def take_metric_math():
    """An alarm with metric math, by template or by API."""
    record, put = provisioners._cw_metric_alarm_record, cloudwatch._put_metric_alarm

    def record_with_metrics(name, props):
        metrics = props.get("Metrics")
        if not metrics:
            return record(name, props)
        # MiniStack asks for one metric: it is taken out again.
        alarm = record(name, {**props, "Metrics": None, "MetricName": "-", "Namespace": "-"})
        return with_metrics(alarm, metrics)

    def put_with_metrics(params, body, is_cbor, is_json=False):
        answer = put(params, body, is_cbor, is_json)
        if (is_cbor or is_json) and answer[0] == 200 and body.get("Metrics"):
            with_metrics(cloudwatch._alarms[body["AlarmName"]], body["Metrics"])
        return answer

    provisioners._cw_metric_alarm_record = record_with_metrics
    cloudwatch._put_metric_alarm = put_with_metrics


def with_metrics(alarm, metrics):
    for name in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"):
        alarm.pop(name, None)
    alarm["Metrics"] = metrics
    return alarm


# Questions.


def answer_questions():
    by_form = cloudwatch._get_metric_data

    def get_metric_data(params, body, is_cbor, is_json=False):
        if not (is_cbor or is_json):
            return by_form(params, body, is_cbor, is_json)
        start, end = (cloudwatch._parse_ts(body.get(name)) for name in ("StartTime", "EndTime"))
        if start is None or end is None or start >= end:
            refused = "The parameter StartTime must be before the parameter EndTime."
            return cloudwatch._error("ValidationError", refused, 400, use_json=is_json, use_cbor=is_cbor)
        told = metrics_query.answer(STORE, body, start, end)
        for result in told["MetricDataResults"]:
            for problem in result.get("Messages", ()):
                warn_once(f"{result['Id']} was asked for in vain: {problem['Value']}")
        if is_json:
            return cloudwatch._json_ok(told)
        told["MetricDataResults"] = [cloudwatch._cbor_metric_data_result(one) for one in told["MetricDataResults"]]
        return cloudwatch._cbor_ok(told)

    cloudwatch._get_metric_data = get_metric_data


# The clock.


def look():
    """At every queue and every alarm, whoever's they are."""
    for (account, region, _), queue in list(sqs._queues._data.items()):
        with request_scope(account, region):
            sample_queue(queue)
    for (account, region, _), alarm in list(cloudwatch._alarms._data.items()):
        with request_scope(account, region):
            evaluate_alarm(alarm)
    evict()


def look_again_and_again():
    while True:
        time.sleep(PACE)
        try:
            look()
        except Exception as error:  # Whatever it is: the next look may go well.
            warn_once(f"a look at queues and alarms broke off: {error!r}")


def install():
    watch_logs()
    watch_functions()
    watch_queues()
    metrics_cognito.watch(cognito, tell)
    take_metric_math()
    answer_questions()
    cloudwatch._evaluate_alarm = evaluate_alarm
    cloudwatch._evict_old_metrics = lambda: None
    ministack_actions.install()
    threading.Thread(target=look_again_and_again, daemon=True, name="twinpool-metrics").start()


if __name__ == "__main__":
    from ministack.app import main

    install()
    main()
