"""Tells MiniStack's CloudWatch what happens: lines of logs, functions, queues. This file is ours, and tells nothing about AWS."""

import logging
import threading
import time

from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc, sqs

import metrics_log

logger = logging.getLogger("cloudwatch")

warned = set()


def warn_once(text):
    if text not in warned:
        warned.add(text)
        logger.warning("twinpool: %s", text)


def tell(namespace, name, value, dimensions, unit="Count"):
    cloudwatch.record_metric(namespace, name, value, unit, dimensions)


# Logs.


def count_lines(group, events):
    lines = [event.get("message", "") for event in events]
    for line in lines:
        for point in metrics_log.embedded(line):
            store_embedded(point)
    for (of_group, name), filter_ in list(cloudwatch_logs._metric_filters.items()):
        if of_group == group:
            count_filter(name, filter_, lines)


def store_embedded(point):
    key = (point.namespace, point.name, cloudwatch._dims_key(point.dimensions))
    value, count = point.samples[0]
    told = {"Timestamp": point.at, "Value": value, "Unit": point.unit, "Dimensions": point.dimensions}
    told.update({"samples": point.samples} if len(point.samples) > 1 else {"Count": count})
    cloudwatch._metric_bucket(key).append(told)


def count_filter(name, filter_, lines):
    try:
        test = metrics_log.pattern(filter_["filterPattern"])
    except metrics_log.PatternError as error:
        warn_once(f"the metric filter {name} counts nothing: {error}")
        return
    for transformation in filter_["metricTransformations"]:
        for value, _ in metrics_log.filtered(test, transformation, lines):
            tell(transformation["metricNamespace"], transformation["metricName"], value, {}, transformation.get("unit", "None"))


def watch_logs():
    """Both a function's output and PutLogEvents come by here."""
    forward = cloudwatch_logs._fanout_to_subscription_filters

    def count_and_forward(group, stream, events):
        try:
            count_lines(group, events)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            warn_once(f"a line of {group} counts nothing: {error!r}")
        return forward(group, stream, events)

    cloudwatch_logs._fanout_to_subscription_filters = count_and_forward


# Functions.


def watch_functions():
    """Whoever calls a function: MiniStack counts its own API's calls alone, and those that it throttles twice."""
    dispatch, acquire = lambda_svc._execute_function_dispatch, lambda_svc._acquire_execution_slot

    def count_and_dispatch(func, config, event, request_id, started):
        result = dispatch(func, config, event, request_id, started)
        of_function = {"FunctionName": config.get("FunctionName", "unknown")}
        failed = isinstance(result, dict) and bool(result.get("error"))
        for name, value in (("Invocations", 1), ("Errors", int(failed)), ("Throttles", 0)):
            tell("AWS/Lambda", name, value, of_function)
        tell("AWS/Lambda", "Duration", (time.time() - started) * 1_000, of_function, "Milliseconds")
        return result

    def acquire_and_count(func, config):
        slot, limit = acquire(func, config)
        if slot is None:
            tell("AWS/Lambda", "Throttles", 1, {"FunctionName": config.get("FunctionName", "unknown")})
        return slot, limit

    lambda_svc._execute_function_dispatch = count_and_dispatch
    lambda_svc._acquire_execution_slot = acquire_and_count
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None


# Queues.

# How many messages each queue was sent, and lost, since it was looked at last.
moved = {}
moved_lock = threading.Lock()


def move(url, what, count):
    name = url.rsplit("/", 1)[-1]
    with moved_lock:
        moved[name, what] = moved.get((name, what), 0) + count


def moved_since(name, what):
    with moved_lock:
        return moved.pop((name, what), 0)


def watch_queues():
    send, delete, delete_many = sqs._act_send_message, sqs._act_delete_message, sqs._act_delete_message_batch
    delete_for_function = sqs._delete_messages_for_esm

    def count_sent(data, url):
        answer = send(data, url)
        move(data.get("QueueUrl", url), "Sent", 1)
        return answer

    def count_deleted(data, url):
        answer = delete(data, url)
        move(data.get("QueueUrl", url), "Deleted", 1)
        return answer

    def count_all_deleted(data, url):
        answer = delete_many(data, url)
        move(data.get("QueueUrl", url), "Deleted", len(answer["Successful"]))
        return answer

    def count_worked_off(url, handles):
        delete_for_function(url, handles)
        move(url, "Deleted", len(handles))

    # A batch calls the first of them for each message.
    sqs._act_send_message = sqs._HANDLERS["SendMessage"] = count_sent
    sqs._HANDLERS["DeleteMessage"] = count_deleted
    sqs._HANDLERS["DeleteMessageBatch"] = count_all_deleted
    sqs._delete_messages_for_esm = count_worked_off


def sample_queue(queue):
    name = queue["attributes"]["QueueArn"].rsplit(":", 1)[-1]
    messages, now = list(queue["messages"]), time.time()
    visible = sum(1 for message in messages if message["visible_at"] <= now)
    under_way = sum(1 for message in messages if message["visible_at"] > now and message["receive_count"])
    # Of a queue that is not FIFO, AWS leaves out what came back three times.
    aged = (one for one in messages if queue.get("is_fifo") or one["receive_count"] <= 3)
    age = max((now - message["sent_at"] for message in aged), default=0)
    of_queue = {"QueueName": name}
    tell("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, of_queue)
    tell("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", under_way, of_queue)
    tell("AWS/SQS", "ApproximateAgeOfOldestMessage", int(age), of_queue, "Seconds")
    for what in ("Sent", "Deleted"):
        tell("AWS/SQS", f"NumberOfMessages{what}", moved_since(name, what), of_queue)
