"""What the local CloudWatch makes of lines, questions and alarms. Run by tests/local/metrics.rs."""

import json
import unittest

from metrics_alarm import MINUTE, state
from metrics_cognito import outcome
from metrics_log import PatternError, embedded, filtered, pattern
from metrics_math import MathError, evaluate, of
from metrics_query import answer

QUEUE = {"QueueName": "events.fifo"}
AGE, DONE = "ApproximateAgeOfOldestMessage", "NumberOfMessagesDeleted"


class Points:
    """A store in memory: (namespace, name, dimensions) with its (time, value, count)."""

    def __init__(self, *told):
        self.told = told

    def metrics(self):
        return [(namespace, name, dimensions) for namespace, name, dimensions, _ in self.told]

    def points(self, *metric):
        return [sample for *known, samples in self.told if tuple(known) == metric for sample in samples]


def series(id_, namespace, name, dimensions, stat, **more):
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()]}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}


def asked(store, *queries, start=0, end=600, **more):
    return answer(store, {"MetricDataQueries": list(queries), **more}, start, end)


class Lines(unittest.TestCase):
    def test_every_form_of_a_value_counts_under_each_set_of_dimensions(self):
        directive = {
            "Namespace": "twinpool",
            "Dimensions": [["FunctionName"], ["FunctionName", "Reason"], ["Absent"]],
            "Metrics": [{"Name": "Lag", "Unit": "Milliseconds"}, {"Name": "Done"}, {"Name": "Kept"}, {"Name": "Absent"}],
        }
        line = {"_aws": {"Timestamp": 5_000, "CloudWatchMetrics": [directive]}, "FunctionName": "mirror", "Reason": "twin"}
        points = embedded(json.dumps({**line, "Lag": {"Values": [7, 9], "Counts": [2, 1]}, "Done": 3, "Kept": [1, 2]}))
        told = [(point.name, sorted(point.dimensions), point.at, point.samples) for point in points]
        one, two = ["FunctionName"], ["FunctionName", "Reason"]
        self.assertEqual(
            told,
            [
                ("Lag", one, 5, [(7, 2), (9, 1)]), ("Lag", two, 5, [(7, 2), (9, 1)]),
                ("Done", one, 5, [(3, 1)]), ("Done", two, 5, [(3, 1)]),
                ("Kept", one, 5, [(1, 1), (2, 1)]), ("Kept", two, 5, [(1, 1), (2, 1)]),
            ],
        )

    def test_what_is_no_metric_counts_nothing(self):
        for line in ["", "START RequestId: 1", '{"level": "WARN"}', '{"_aws": {"CloudWatchMetrics": ', '{"_aws": 1, "CloudWatchMetrics": 1}']:
            self.assertEqual(embedded(line), [], line)

    def test_patterns_of_the_template(self):
        says = lambda text, **fields: pattern(text)(json.dumps(fields))
        conflict = '{ $.level = "WARN" && $.message = "conflict: not mirrored" }'
        self.assertTrue(says(conflict, level="WARN", message="conflict: not mirrored"))
        self.assertFalse(says(conflict, level="WARN", message="another"))
        later = '{ ($.level = "WARN" || $.level = "ERROR") && ($.source = "Create*" || $.source = "Verify*") }'
        self.assertTrue(says(later, level="ERROR", source="VerifyAuthChallenge"))
        self.assertFalse(says(later, level="INFO", source="VerifyAuthChallenge"))
        self.assertTrue(says("{ $.hints = * }", hints=0))
        self.assertFalse(says("{ $.hints = * }", other=1))
        self.assertFalse(pattern("{ $.hints = * }")("no JSON"))
        ended = pattern('?"Task timed out" ?"Runtime exited"')
        self.assertTrue(ended("2026 Task timed out after 4 s"))
        self.assertFalse(ended("REPORT"))
        with self.assertRaises(PatternError):
            pattern("[ip, user]")

    def test_a_filter_counts_lines_or_what_they_say_and_its_default_otherwise(self):
        lines = ['{"hints": 3}', '{"hints": 4}', "END"]
        test = pattern("{ $.hints = * }")
        self.assertEqual(filtered(test, {"metricValue": "$.hints"}, lines), [(3, 1), (4, 1)])
        self.assertEqual(filtered(test, {"metricValue": "1", "defaultValue": 0.0}, lines), [(1, 1), (1, 1)])
        self.assertEqual(filtered(test, {"metricValue": "1", "defaultValue": 0.0}, ["END"]), [(0, 1)])
        self.assertEqual(filtered(test, {"metricValue": "1"}, ["END"]), [])


class Math(unittest.TestCase):
    def value(self, text, **named):
        return evaluate(text, named.__getitem__, range(3))

    def test_numbers_and_series_go_together_where_both_have_a_point(self):
        self.assertEqual(self.value("1 + 2 * 3 - 4 / 2"), 5)
        self.assertEqual(self.value("(a + b) / 2", a=of({0: 1, 1: 3}), b=of({1: 5, 2: 7})), {1: 4})
        self.assertEqual(self.value("a / b", a=of({0: 1, 1: 4}), b=of({0: 0, 1: 2})), {1: 2})
        self.assertEqual(self.value("SUM([a, b])", a=of({0: 1}), b=of({0: 2, 1: 3})), {0: 3, 1: 3})

    def test_a_missing_point_is_filled_and_a_branch_not_taken_may_lack_it(self):
        still = "IF((age >= 30) AND (FILL(done, 0) == 0), 1, 0)"
        found = self.value(still, age=of({0: 40, 1: 40, 2: 5}), done=of({1: 2}))
        self.assertEqual(found, {0: 1, 1: 0, 2: 0})
        self.assertEqual(self.value("IF(a > 1, b, 9)", a=of({0: 2, 1: 0}), b=of({0: 7})), {0: 7, 1: 9})
        self.assertEqual(self.value("FILL(a, REPEAT)", a=of({1: 7})), {1: 7, 2: 7})

    def test_what_is_not_known_is_said(self):
        for text in ["RATE(a)", "1 +", "IF(1)", "a $ b", "1 2", "FILL(a, LINEAR)"]:
            with self.assertRaises((MathError, KeyError), msg=text):
                self.value(text, a=of({0: 1}))


class Questions(unittest.TestCase):
    def test_percentiles_sums_and_counts_by_the_minute_newest_first(self):
        lag = ("twinpool", "MirrorLag", {"FunctionName": "mirror"})
        store = Points((*lag, [(61, float(n), 1) for n in range(1, 101)] + [(125, 7.0, 3)]))
        told = asked(store, *(series(stat.lower(), *lag, stat) for stat in ("p50", "p95", "p99", "Sum", "SampleCount", "Maximum")))
        values = {one["Id"]: one["Values"] for one in told["MetricDataResults"]}
        self.assertEqual(
            values,
            {"p50": [7, 50], "p95": [7, 95], "p99": [7, 99], "sum": [21, 5050], "samplecount": [3, 100], "maximum": [7, 100]},
        )
        self.assertEqual(told["MetricDataResults"][0]["Timestamps"], [120, 60])

    def test_only_the_span_is_told_and_other_dimensions_are_other_metrics(self):
        store = Points(("n", "m", {}, [(59, 1.0, 1), (60, 2.0, 1), (180, 4.0, 1)]), ("n", "m", {"d": "x"}, [(70, 8.0, 1)]))
        told = asked(store, series("a", "n", "m", {}, "Sum"), start=60, end=180)
        self.assertEqual(told["MetricDataResults"][0]["Values"], [2])

    def test_a_search_finds_by_schema_and_by_property_and_labels_say_which(self):
        told = [("AWS/Cognito", "SignInSuccesses", {"UserPool": pool, "UserPoolClient": client}, [(61, 1.0, 1), (62, 0.0, 1)])
                for pool, client in (("old", "web"), ("new", "web"), ("new", "app"))]
        usage = ("AWS/Usage", "CallCount", {"Service": "Cognito user pool", "Resource": "UserRead"}, [(61, 5.0, 1)])
        search = "SEARCH('{AWS/Cognito,UserPool,UserPoolClient} MetricName=\"SignInSuccesses\" UserPool=\"new\"', 'SampleCount', 60)"
        calls = "SEARCH('Namespace=\"AWS/Usage\" Service=\"Cognito user pool\" MetricName=\"CallCount\"', 'Sum', 60)"
        found = asked(
            Points(*told, usage),
            {"Id": "s", "Expression": search},
            {"Id": "all", "Expression": f"SUM({search})"},
            {"Id": "either", "Expression": "SUM(SEARCH('MetricName=(\"CallCount\" OR \"Absent\")', 'Sum'))"},
            {"Id": "c", "Expression": calls, "Label": "${PROP('Dim.Resource')}"},
            {"Id": "odd", "Expression": "SEARCH('CallCount NOT UserRead', 'Sum')"},
        )["MetricDataResults"]
        values = [(one["Id"], one["Values"]) for one in found]
        self.assertEqual(values, [("s", [2]), ("s", [2]), ("all", [4]), ("either", [5]), ("c", [5]), ("odd", [])])
        self.assertEqual((found[-2]["Label"], found[-1]["StatusCode"]), ("UserRead", "InternalError"))

    def test_pages_follow_each_other_and_leave_nothing_out(self):
        store = Points(("n", "m", {}, [(at, 1.0, 1) for at in range(0, 300, 60)]), ("n", "k", {}, [(0, 2.0, 1)]))
        queries, token, pages = [series("m", "n", "m", {}, "Sum"), series("k", "n", "k", {}, "Sum")], None, []
        while token is not None or not pages:
            page = asked(store, *queries, MaxDatapoints=2, **({"NextToken": token} if token else {}))
            pages.append([(one["Id"], one["Timestamps"], one["StatusCode"]) for one in page["MetricDataResults"]])
            token = page.get("NextToken")
        more, whole = "PartialData", "Complete"
        self.assertEqual(
            pages, [[("m", [240, 180], more)], [("m", [120, 60], more)], [("m", [0], whole), ("k", [0], whole)]]
        )

    def test_a_question_that_is_not_understood_spoils_no_other(self):
        store = Points(("n", "m", {}, [(0, 1.0, 1)]))
        self_made = {"Id": "x", "Expression": "x + 1"}
        told = asked(store, {"Id": "odd", "Expression": "RATE(m)"}, self_made, series("m", "n", "m", {}, "Sum", ReturnData=False),
                     {"Id": "twice", "Expression": "m * 2"})
        told = [(one["Id"], one["StatusCode"], one["Values"]) for one in told["MetricDataResults"]]
        self.assertEqual(told, [("odd", "InternalError", []), ("x", "InternalError", []), ("twice", "Complete", [2])])


class Alarms(unittest.TestCase):
    NOW = 10_000

    def alarm(self, **more):
        return {"Namespace": "n", "MetricName": "m", "Dimensions": [], "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                "Threshold": 0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching", **more}

    def state(self, alarm, *told):
        found = state(alarm, Points(*told), self.NOW)
        return found and found[0]

    def ago(self, *samples):
        """Each so many of the alarm's periods ago."""
        return [(self.NOW - periods * MINUTE, value, 1) for periods, value in samples]

    def test_only_the_last_periods_count_and_only_the_metric_of_the_dimensions(self):
        self.assertEqual(self.state(self.alarm(), ("n", "m", {}, self.ago((0.5, 1.0)))), "ALARM")
        self.assertEqual(self.state(self.alarm(), ("n", "m", {}, self.ago((1.5, 1.0)))), "OK")
        self.assertEqual(self.state(self.alarm(), ("n", "m", {"d": "x"}, self.ago((0.5, 1.0)))), "OK")

    def test_so_many_of_the_periods_have_to_breach(self):
        alarm = self.alarm(EvaluationPeriods=5, DatapointsToAlarm=3)
        self.assertEqual(self.state(alarm, ("n", "m", {}, self.ago((0.5, 1.0), (2.5, 1.0)))), "OK")
        self.assertEqual(self.state(alarm, ("n", "m", {}, self.ago((0.5, 1.0), (2.5, 1.0), (4.5, 1.0)))), "ALARM")

    def test_silence_is_what_the_alarm_says_it_is(self):
        said = [self.state(self.alarm(TreatMissingData=how)) for how in ("notBreaching", "breaching", "missing", "ignore")]
        self.assertEqual(said, ["OK", "ALARM", "INSUFFICIENT_DATA", None])

    def test_a_mirror_that_stands_still_is_told_and_one_that_is_slow_is_not(self):
        metrics = [
            series("age", "AWS/SQS", AGE, QUEUE, "Maximum", ReturnData=False),
            series("done", "AWS/SQS", DONE, QUEUE, "Sum", ReturnData=False),
            {"Id": "still", "Expression": "IF((age >= 30) AND (FILL(done, 0) == 0), 1, 0)", "ReturnData": True},
        ]
        alarm = {**self.alarm(), "Metrics": metrics}
        old = ("AWS/SQS", AGE, QUEUE, self.ago((0.5, 40.0)))
        for done, expected in ((0.0, "ALARM"), (3.0, "OK")):
            self.assertEqual(self.state(alarm, old, ("AWS/SQS", DONE, QUEUE, self.ago((0.5, done)))), expected)
        self.assertEqual(self.state(alarm, old), "ALARM")
        self.assertEqual(self.state(alarm), "OK")


class SignIns(unittest.TestCase):
    def test_tokens_are_a_success_a_refusal_is_none_and_a_challenge_is_neither_yet(self):
        tokens, challenge = '{"AuthenticationResult": {"IdToken": "t"}}', '{"ChallengeName": "CUSTOM_CHALLENGE"}'
        said = [
            outcome("InitiateAuth", {}, 200, tokens),
            outcome("RespondToAuthChallenge", {}, 400, "{}"),
            outcome("InitiateAuth", {"AuthFlow": "CUSTOM_AUTH"}, 200, challenge),
            outcome("InitiateAuth", {"AuthFlow": "REFRESH_TOKEN_AUTH"}, 200, tokens),
            outcome("SignUp", {}, 200, "{}"),
        ]
        self.assertEqual(said, [1, 0, None, None, None])


if __name__ == "__main__":
    unittest.main()
