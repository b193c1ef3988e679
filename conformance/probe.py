"""Replay a fixed list of raw HTTP calls and compare the answers with those of MLflow 3.17.2.

    probe.py record URL OUT.json                       record the answers of a server (fresh, empty store)
    probe.py compare URL GOLD.json                     replay against another server and print every difference
    probe.py compare URL GOLD.json --contract DIR      the same, knowing our deliberate differences (contract.py)
    probe.py record URL OUT.json --contract DIR        our answers as that comparison sees them, to write its lists

goldens.json holds facts: what a real MLflow 3.17.2 server (SQLite store, default options) answered to these calls,
recorded once by this program. It is never edited by hand. Values that vary by run (ids, times, paths) are replaced
by placeholders before recording. Needs only the standard library. Each probe: name, method, path, query, body, raw
body, headers; `save` takes a dotted path out of the answer for later `$name` substitutions.
"""
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

from contract import Contract

A = "/api/2.0/mlflow"
B = "/api/3.0/mlflow"
J = "/ajax-api/2.0/mlflow"
P = []


def p(name, method, path, body=None, query=None, raw=None, headers=None, save=None):
    P.append(dict(name=name, method=method, path=path, body=body, query=query, raw=raw,
                  headers=headers or {}, save=save or {}))


# ---- plumbing
p("health", "GET", "/health")
p("version", "GET", "/version")
p("server-info", "GET", B + "/server-info")
p("unknown api path", "GET", A + "/nope/nope")
p("wrong method", "GET", A + "/experiments/create")
p("not json content type", "POST", A + "/experiments/create", raw='{"name":"x"}',
  headers={"Content-Type": "text/plain"})
p("form content type", "POST", A + "/experiments/create", raw="name=x",
  headers={"Content-Type": "application/x-www-form-urlencoded"})
p("no content type", "POST", A + "/experiments/create", raw='{"name":"noct"}', headers={"Content-Type": ""})
p("broken json", "POST", A + "/experiments/create", raw='{"name":',
  headers={"Content-Type": "application/json"})
p("double encoded json", "POST", A + "/experiments/create", raw=json.dumps(json.dumps({"name": "dbl"})),
  headers={"Content-Type": "application/json"})
p("camelCase alias accepted", "POST", A + "/experiments/create",
  body={"name": "camel", "artifactLocation": "/tmp/camel"}, save={"camel": "experiment_id"})
p("camelCase read back", "GET", A + "/experiments/get", query={"experiment_id": "$camel"})
p("both spellings", "POST", A + "/experiments/create",
  body={"name": "both", "artifactLocation": "/tmp/a", "artifact_location": "/tmp/b"})
p("unknown field ignored", "POST", A + "/experiments/create", body={"name": "unk", "zzz": 1})
p("cors preflight own", "OPTIONS", A + "/experiments/create", headers={"Origin": "http://localhost:3000"})
p("cors foreign origin write", "POST", A + "/experiments/create", body={"name": "evil"},
  headers={"Origin": "http://evil.example"})
p("foreign host header", "GET", A + "/experiments/get", query={"experiment_id": "0"},
  headers={"Host": "evil.example"})

# ---- experiments
p("exp create", "POST", A + "/experiments/create", body={"name": "e1", "artifact_location": "/tmp/e1",
  "tags": [{"key": "k", "value": "v"}]}, save={"exp": "experiment_id"})
p("exp create dup", "POST", A + "/experiments/create", body={"name": "e1"})
p("exp create no name", "POST", A + "/experiments/create", body={})
p("exp create null name", "POST", A + "/experiments/create", body={"name": None})
p("exp create empty name", "POST", A + "/experiments/create", body={"name": ""})
p("exp create int name", "POST", A + "/experiments/create", body={"name": 123})
p("exp create bad location type", "POST", A + "/experiments/create", body={"name": "z", "artifact_location": 9.0})
p("exp create bad tags type", "POST", A + "/experiments/create", body={"name": "z", "tags": "5"})
p("exp create name 500", "POST", A + "/experiments/create", body={"name": "n" * 500})
p("exp create name 501", "POST", A + "/experiments/create", body={"name": "n" * 501})
p("exp create location with fragment", "POST", A + "/experiments/create",
  body={"name": "z1", "artifact_location": "s3://b/p#frag"})
p("exp create location with query", "POST", A + "/experiments/create",
  body={"name": "z2", "artifact_location": "s3://b/p?x=1"})
p("exp create location with dots", "POST", A + "/experiments/create",
  body={"name": "z3", "artifact_location": "mlflow-artifacts:/a/../../b"})
p("exp get", "GET", A + "/experiments/get", query={"experiment_id": "$exp"})
p("exp get ajax", "GET", J + "/experiments/get", query={"experiment_id": "$exp"})
p("exp get missing", "GET", A + "/experiments/get", query={"experiment_id": "987654"})
p("exp get no id", "GET", A + "/experiments/get")
p("exp get bad id", "GET", A + "/experiments/get", query={"experiment_id": "a b"})
p("exp get alpha id", "GET", A + "/experiments/get", query={"experiment_id": "abc"})
p("exp by name", "GET", A + "/experiments/get-by-name", query={"experiment_name": "e1"})
p("exp by name missing", "GET", A + "/experiments/get-by-name", query={"experiment_name": "zzz"})
p("exp set tag", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "key": "a", "value": "b"})
p("exp set tag long key", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "key": "a" * 251, "value": "b"})
p("exp set tag long value", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "key": "a", "value": "b" * 20001})
p("exp set tag bad key", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "key": "../a", "value": "b"})
p("exp set tag no key", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "value": "b"})
p("exp delete tag missing", "POST", A + "/experiments/delete-experiment-tag", body={"experiment_id": "$exp", "key": "zz"})
p("exp rename", "POST", A + "/experiments/update", body={"experiment_id": "$exp", "new_name": "e1r"})
p("exp rename no id", "POST", A + "/experiments/update", body={"new_name": "x"})
p("exp rename empty", "POST", A + "/experiments/update", body={"experiment_id": "$exp", "new_name": ""})
p("exp rename dup", "POST", A + "/experiments/update", body={"experiment_id": "$exp", "new_name": "Default"})
p("exp search", "POST", A + "/experiments/search", body={"max_results": 2})
p("exp search get", "GET", A + "/experiments/search", query={"max_results": "2"}, save={"tok": "next_page_token"})
p("exp search page 2", "GET", A + "/experiments/search", query={"max_results": "2", "page_token": "$tok"})
p("exp search no max", "POST", A + "/experiments/search", body={})
p("exp search 0", "POST", A + "/experiments/search", body={"max_results": 0})
p("exp search -1", "POST", A + "/experiments/search", body={"max_results": -1})
p("exp search 50000", "POST", A + "/experiments/search", body={"max_results": 50000, "filter": "name = 'e1r'"})
p("exp search 50001", "POST", A + "/experiments/search", body={"max_results": 50001})
p("exp search str max", "POST", A + "/experiments/search", body={"max_results": "foo"})
p("exp search bad token", "POST", A + "/experiments/search", body={"max_results": 2, "page_token": "@@@"})
p("exp search bad token json", "POST", A + "/experiments/search", body={"max_results": 2, "page_token": "YWJj"})
p("exp search bad filter", "POST", A + "/experiments/search", body={"max_results": 2, "filter": "foo = 'a'"})
p("exp search bad comparator", "POST", A + "/experiments/search", body={"max_results": 2, "filter": "name > 'a'"})
p("exp search unquoted", "POST", A + "/experiments/search", body={"max_results": 2, "filter": "name = a"})
p("exp search or", "POST", A + "/experiments/search", body={"max_results": 2, "filter": "name = 'a' OR name = 'b'"})
p("exp search like", "POST", A + "/experiments/search", body={"max_results": 5, "filter": "name LIKE 'e1%' AND tags.k = 'v'"})
p("exp search ilike", "POST", A + "/experiments/search", body={"max_results": 5, "filter": "attribute.name ILIKE 'E1%'"})
p("exp search tag is null", "POST", A + "/experiments/search", body={"max_results": 1, "filter": "tags.k IS NULL AND name = 'Default'"})
p("exp search id in", "POST", A + "/experiments/search", body={"max_results": 5, "filter": "experiment_id IN ('0')"})
p("exp search name in", "POST", A + "/experiments/search", body={"max_results": 5, "filter": "name IN ('Default')"})
p("exp search order", "POST", A + "/experiments/search", body={"max_results": 1, "order_by": ["name DESC"]})
p("exp search bad order", "POST", A + "/experiments/search", body={"max_results": 1, "order_by": ["zzz DESC"]})
p("exp search bad order 2", "POST", A + "/experiments/search", body={"max_results": 1, "order_by": ["name SIDEWAYS"]})
p("exp delete", "POST", A + "/experiments/delete", body={"experiment_id": "$exp"})
p("exp delete again", "POST", A + "/experiments/delete", body={"experiment_id": "$exp"})
p("exp get deleted", "GET", A + "/experiments/get", query={"experiment_id": "$exp"})
p("exp create same name as deleted", "POST", A + "/experiments/create", body={"name": "e1r"})
p("run in deleted exp", "POST", A + "/runs/create", body={"experiment_id": "$exp"})
p("exp set tag deleted", "POST", A + "/experiments/set-experiment-tag", body={"experiment_id": "$exp", "key": "a", "value": "b"})
p("exp restore", "POST", A + "/experiments/restore", body={"experiment_id": "$exp"})
p("exp restore again", "POST", A + "/experiments/restore", body={"experiment_id": "$exp"})
p("exp delete missing", "POST", A + "/experiments/delete", body={"experiment_id": "987654"})

# ---- runs
p("run create", "POST", A + "/runs/create", body={"experiment_id": "$exp", "start_time": 1000, "run_name": "r1",
  "user_id": "u", "tags": [{"key": "t", "value": "1"}]}, save={"run": "run.info.run_id"})
p("run create empty", "POST", A + "/runs/create", body={})
p("run create missing exp", "POST", A + "/runs/create", body={"experiment_id": "987654"})
p("run create bad exp type", "POST", A + "/runs/create", body={"experiment_id": 5.5})
p("run create int exp", "POST", A + "/runs/create", body={"experiment_id": 0})
p("run create string time", "POST", A + "/runs/create", body={"experiment_id": "$exp", "start_time": "2000"})
p("run create bad time", "POST", A + "/runs/create", body={"experiment_id": "$exp", "start_time": "foo"})
p("run create name mismatch tag", "POST", A + "/runs/create", body={"experiment_id": "$exp", "run_name": "a",
  "tags": [{"key": "mlflow.runName", "value": "b"}]})
p("run create no name", "POST", A + "/runs/create", body={"experiment_id": "$exp", "start_time": 5}, save={"run2": "run.info.run_id"})
p("run get", "GET", A + "/runs/get", query={"run_id": "$run"})
p("run get by uuid", "GET", A + "/runs/get", query={"run_uuid": "$run"})
p("run get missing", "GET", A + "/runs/get", query={"run_id": "0" * 32})
p("run get none", "GET", A + "/runs/get")
p("run get bad id", "GET", A + "/runs/get", query={"run_id": "a b"})
p("run update", "POST", A + "/runs/update", body={"run_id": "$run", "status": "FINISHED", "end_time": 2000, "run_name": "r1b"})
p("run update bad status", "POST", A + "/runs/update", body={"run_id": "$run", "status": "WHAT"})
p("run update int status", "POST", A + "/runs/update", body={"run_id": "$run", "status": 2})
p("metric log", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "m", "value": 1.5, "timestamp": 10, "step": 1})
p("metric log uuid", "POST", A + "/runs/log-metric", body={"run_uuid": "$run", "key": "m", "value": 2, "timestamp": 20, "step": 2})
for v in ("NaN", "Infinity", "-Infinity"):
    p("metric log " + v, "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "x" + v.strip("-"), "value": v, "timestamp": 10})
p("metric read special", "GET", A + "/runs/get", query={"run_id": "$run"})
p("metric no key", "POST", A + "/runs/log-metric", body={"run_id": "$run", "value": 1, "timestamp": 1})
p("metric null key", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": None, "value": 1, "timestamp": 1})
p("metric no value", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "timestamp": 1})
p("metric no ts", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "value": 1})
p("metric value str", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "value": "abc", "timestamp": 1})
p("metric step str", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "value": 1, "timestamp": 1, "step": "foo"})
p("metric ts str", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "value": 1, "timestamp": "foo"})
p("metric ts negative", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "k", "value": 1, "timestamp": -1})
p("metric run id int", "POST", A + "/runs/log-metric", body={"run_id": 31, "key": "k", "value": 1, "timestamp": 1})
p("metric key int", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": 31, "value": 1, "timestamp": 1})
p("metric bad name", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "a?b", "value": 1, "timestamp": 1})
p("metric path name", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "../b", "value": 1, "timestamp": 1})
p("metric abs name", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "/b", "value": 1, "timestamp": 1})
p("metric double slash", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "a//b", "value": 1, "timestamp": 1})
p("metric name 250", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "m" * 250, "value": 1, "timestamp": 1})
p("metric name 251", "POST", A + "/runs/log-metric", body={"run_id": "$run", "key": "m" * 251, "value": 1, "timestamp": 1})
p("metric run missing", "POST", A + "/runs/log-metric", body={"run_id": "0" * 32, "key": "k", "value": 1, "timestamp": 1})
p("history", "GET", A + "/metrics/get-history", query={"run_id": "$run", "metric_key": "m"})
p("history page", "GET", A + "/metrics/get-history", query={"run_id": "$run", "metric_key": "m", "max_results": "1"}, save={"ht": "next_page_token"})
p("history page 2", "GET", A + "/metrics/get-history", query={"run_id": "$run", "metric_key": "m", "max_results": "1", "page_token": "$ht"})
p("history no key", "GET", A + "/metrics/get-history", query={"run_id": "$run"})
p("history no run", "GET", A + "/metrics/get-history", query={"metric_key": "m"})
p("history unknown key", "GET", A + "/metrics/get-history", query={"run_id": "$run", "metric_key": "zz"})
p("history 0", "GET", A + "/metrics/get-history", query={"run_id": "$run", "metric_key": "m", "max_results": "0"})
p("bulk", "GET", J + "/metrics/get-history-bulk", query={"run_id": "$run", "metric_key": "m"})
p("bulk no run", "GET", J + "/metrics/get-history-bulk", query={"metric_key": "m"})
p("bulk no key", "GET", J + "/metrics/get-history-bulk", query={"run_id": "$run"})
p("bulk interval", "GET", J + "/metrics/get-history-bulk-interval", query={"run_ids": "$run", "metric_key": "m", "max_results": "5"})
p("bulk interval 0", "GET", J + "/metrics/get-history-bulk-interval", query={"run_ids": "$run", "metric_key": "m", "max_results": "0"})
p("bulk interval 2501", "GET", J + "/metrics/get-history-bulk-interval", query={"run_ids": "$run", "metric_key": "m", "max_results": "2501"})
p("bulk interval no run", "GET", J + "/metrics/get-history-bulk-interval", query={"metric_key": "m", "max_results": "5"})
p("bulk interval half range", "GET", J + "/metrics/get-history-bulk-interval", query={"run_ids": "$run", "metric_key": "m", "start_step": "1"})
p("bulk interval inverted", "GET", J + "/metrics/get-history-bulk-interval", query={"run_ids": "$run", "metric_key": "m", "start_step": "5", "end_step": "1"})
p("param log", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p", "value": "1"})
p("param log same", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p", "value": "1"})
p("param log other", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p", "value": "2"})
p("param empty value", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "pe", "value": ""})
p("param int value", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "pi", "value": 41})
p("param key int", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": 31, "value": "a"})
p("param run int", "POST", A + "/runs/log-parameter", body={"run_id": 31, "key": "p", "value": "a"})
p("param no key", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "value": "a"})
p("param value 6000", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p6", "value": "v" * 6000})
p("param value 6001", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p7", "value": "v" * 6001})
p("param key 251", "POST", A + "/runs/log-parameter", body={"run_id": "$run", "key": "p" * 251, "value": "v"})
p("tag set", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "tg", "value": "x"})
p("tag overwrite", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "tg", "value": "y"})
p("tag no key", "POST", A + "/runs/set-tag", body={"run_id": "$run", "value": "y"})
p("tag no value", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "tn"})
p("tag value 8000", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "t8", "value": "y" * 8000})
p("tag value 8001", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "t9", "value": "y" * 8001})
p("tag key 251", "POST", A + "/runs/set-tag", body={"run_id": "$run", "key": "t" * 251, "value": "y"})
p("tag delete", "POST", A + "/runs/delete-tag", body={"run_id": "$run", "key": "tg"})
p("tag delete missing", "POST", A + "/runs/delete-tag", body={"run_id": "$run", "key": "tg"})
p("batch ok", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"key": "b", "value": 1, "timestamp": 1, "step": 0}],
  "params": [{"key": "bp", "value": "1"}], "tags": [{"key": "bt", "value": "1"}]})
p("batch empty", "POST", A + "/runs/log-batch", body={"run_id": "$run"})
p("batch no run", "POST", A + "/runs/log-batch", body={})
p("batch metrics str", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": "foo"})
p("batch metric no key", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"value": 1, "timestamp": 1}]})
p("batch metric no value", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"key": "a", "timestamp": 1}]})
p("batch metric no ts", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"key": "a", "value": 1}]})
p("batch param no key", "POST", A + "/runs/log-batch", body={"run_id": "$run", "params": [{"value": "1"}]})
p("batch tag no key", "POST", A + "/runs/log-batch", body={"run_id": "$run", "tags": [{"value": "1"}]})
p("batch 1001 metrics", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": 0}] * 1001})
p("batch 101 params", "POST", A + "/runs/log-batch", body={"run_id": "$run", "params": [{"key": f"q{i}", "value": "1"} for i in range(101)]})
p("batch 101 tags", "POST", A + "/runs/log-batch", body={"run_id": "$run", "tags": [{"key": f"q{i}", "value": "1"} for i in range(101)]})
p("batch 1001 total", "POST", A + "/runs/log-batch", body={"run_id": "$run", "metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": 0}] * 950,
  "params": [{"key": f"q{i}", "value": "1"} for i in range(51)]})
p("batch dup params", "POST", A + "/runs/log-batch", body={"run_id": "$run", "params": [{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]})
p("batch changed param", "POST", A + "/runs/log-batch", body={"run_id": "$run", "params": [{"key": "p", "value": "9"}]})
p("batch too big", "POST", A + "/runs/log-batch", body={"run_id": "$run", "tags": [{"key": f"q{i}", "value": "z" * 12000} for i in range(90)]})
p("runs search", "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "max_results": 1, "order_by": ["attribute.start_time DESC"]}, save={"rt": "next_page_token"})
p("runs search p2", "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "max_results": 1, "page_token": "$rt", "order_by": ["attribute.start_time DESC"]})
p("runs search no exps", "POST", A + "/runs/search", body={})
p("runs search 50001", "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "max_results": 50001})
p("runs search 0", "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "max_results": 0})
p("runs search bad view", "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "run_view_type": "NOPE"})
for n, f in (("metric", "metrics.m > 1"), ("metric quoted", "metrics.m = '1'"), ("param num", "params.p = 1"), ("param", "params.p = '1'"),
             ("param dq", 'params."p" = "1"'), ("tag bt", "tags.`bt` = '1'"), ("attr", "attributes.status = 'FINISHED'"),
             ("run_name", "run_name LIKE 'r1%'"), ("run name alias", "attributes.`run name` = 'r1b'"), ("start", "start_time > 1"),
             ("start quoted", "start_time > '1'"), ("run_id in", "run_id IN ('x','y')"), ("status in", "status IN ('x')"),
             ("bad entity", "foo.bar = 'x'"), ("bad attr", "attributes.foo = 'x'"), ("or", "metrics.m > 1 OR metrics.m < 0"),
             ("paren", "(metrics.m > 1)"), ("is null", "params.zz IS NULL"), ("metric is null", "metrics.m IS NULL"),
             ("two stmts", "metrics.m > 1; metrics.m < 3"), ("trailing", "metrics.m > 1 AND"), ("tag num", "tags.t = 1"),
             ("tag gt", "tags.t > '1'"), ("metric like", "metrics.m LIKE 'a'"), ("dataset", "dataset.name = 'd'"),
             ("bad dataset", "dataset.foo = 'd'"), ("not", "NOT metrics.m > 1"), ("between", "metrics.m BETWEEN 1 AND 2"),
             ("empty", ""), ("value first", "1 < metrics.m"), ("duration", "attributes.duration > 1"), ("ends", "end_time = 2000"),
             ("rlike", "tags.t RLIKE '1'"), ("case", "METRICS.m > 1"), ("lowercase like", "tags.t like '1'")):
    p("runs filter " + n, "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "filter": f, "max_results": 1})
for o in ("metrics.m", "metrics.m DESC", "params.p ASC", "tag.t", "start_time", "attribute.foo", "foo.bar", "metrics.m UP", "`metrics`.m", "metrics.`a b` ASC", "run_id asc", ""):
    p("runs order " + o, "POST", A + "/runs/search", body={"experiment_ids": ["$exp"], "order_by": [o], "max_results": 1})
p("run delete", "POST", A + "/runs/delete", body={"run_id": "$run2"})
p("run delete again", "POST", A + "/runs/delete", body={"run_id": "$run2"})
p("run get deleted", "GET", A + "/runs/get", query={"run_id": "$run2"})
p("metric on deleted", "POST", A + "/runs/log-metric", body={"run_id": "$run2", "key": "k", "value": 1, "timestamp": 1})
p("run restore", "POST", A + "/runs/restore", body={"run_id": "$run2"})
p("run delete missing", "POST", A + "/runs/delete", body={"run_id": "0" * 32})
p("inputs", "POST", A + "/runs/log-inputs", body={"run_id": "$run", "datasets": [{"dataset": {"name": "d", "digest": "g", "source_type": "local", "source": "s"}, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]})
p("inputs no name", "POST", A + "/runs/log-inputs", body={"run_id": "$run", "datasets": [{"dataset": {"digest": "g", "source_type": "local", "source": "s"}}]})
p("inputs no run", "POST", A + "/runs/log-inputs", body={"datasets": []})
p("inputs str", "POST", A + "/runs/log-inputs", body={"run_id": "$run", "datasets": "x"})
p("search-datasets", "POST", J + "/experiments/search-datasets", body={"experiment_ids": ["$exp"]})
p("search-datasets none", "POST", J + "/experiments/search-datasets", body={})
p("artifacts list", "GET", A + "/artifacts/list", query={"run_id": "$run"})
p("artifacts list dots", "GET", A + "/artifacts/list", query={"run_id": "$run", "path": "../x"})
p("artifacts list abs", "GET", A + "/artifacts/list", query={"run_id": "$run", "path": "/etc"})
p("artifacts list no run", "GET", A + "/artifacts/list")
p("get-artifact dots", "GET", "/get-artifact", query={"run_id": "$run", "path": "../x"})
p("get-artifact missing", "GET", "/get-artifact", query={"run_id": "$run", "path": "zzz.txt"})
p("log-model bad json", "POST", A + "/runs/log-model", body={"run_id": "$run", "model_json": "nope"})
p("log-model missing fields", "POST", A + "/runs/log-model", body={"run_id": "$run", "model_json": "{}"})
p("log-model none", "POST", A + "/runs/log-model", body={"run_id": "$run"})

# ---- registry
p("rm create", "POST", A + "/registered-models/create", body={"name": "M", "description": "d", "tags": [{"key": "a", "value": "b"}]})
p("rm dup", "POST", A + "/registered-models/create", body={"name": "M"})
p("rm no name", "POST", A + "/registered-models/create", body={})
p("rm empty name", "POST", A + "/registered-models/create", body={"name": ""})
p("rm slash name", "POST", A + "/registered-models/create", body={"name": "a/b"})
p("rm colon name", "POST", A + "/registered-models/create", body={"name": "a:b"})
p("rm long name", "POST", A + "/registered-models/create", body={"name": "m" * 257})
p("rm int name", "POST", A + "/registered-models/create", body={"name": 5})
p("rm get", "GET", A + "/registered-models/get", query={"name": "M"})
p("rm get missing", "GET", A + "/registered-models/get", query={"name": "ZZ"})
p("rm update", "PATCH", A + "/registered-models/update", body={"name": "M", "description": "d2"})
p("rm update missing", "PATCH", A + "/registered-models/update", body={"name": "ZZ", "description": "d2"})
p("rm rename", "POST", A + "/registered-models/rename", body={"name": "M", "new_name": "M2"})
p("rm rename none", "POST", A + "/registered-models/rename", body={"name": "M2"})
p("rm search", "GET", A + "/registered-models/search", query={"max_results": "1"})
p("rm search 1001", "GET", A + "/registered-models/search", query={"max_results": "1001"})
p("rm search 0", "GET", A + "/registered-models/search", query={"max_results": "0"})
p("rm search filter", "GET", A + "/registered-models/search", query={"filter": "name = 'M2'"})
p("rm search tags", "GET", A + "/registered-models/search", query={"filter": "tags.a = 'b'"})
p("rm search bad", "GET", A + "/registered-models/search", query={"filter": "foo = 'b'"})
p("rm search order bad", "GET", A + "/registered-models/search", query={"order_by": "foo ASC"})
p("rm tag", "POST", A + "/registered-models/set-tag", body={"name": "M2", "key": "k", "value": "v"})
p("rm tag none", "POST", A + "/registered-models/set-tag", body={"name": "M2", "value": "v"})
p("rm tag long", "POST", A + "/registered-models/set-tag", body={"name": "M2", "key": "k" * 251, "value": "v"})
p("rm tag vlong", "POST", A + "/registered-models/set-tag", body={"name": "M2", "key": "k", "value": "v" * 100001})
p("rm del tag", "DELETE", A + "/registered-models/delete-tag", body={"name": "M2", "key": "k"})
p("mv create", "POST", A + "/model-versions/create", body={"name": "M2", "source": "s3://b/p", "description": "x"})
p("mv create run", "POST", A + "/model-versions/create", body={"name": "M2", "source": "s3://b/p", "run_id": "$run", "tags": [{"key": "a", "value": "b"}]})
p("mv create no source", "POST", A + "/model-versions/create", body={"name": "M2"})
p("mv create no model", "POST", A + "/model-versions/create", body={"name": "ZZ", "source": "s3://b/p"})
p("mv create local source", "POST", A + "/model-versions/create", body={"name": "M2", "source": "/etc"})
p("mv create file source", "POST", A + "/model-versions/create", body={"name": "M2", "source": "file:///etc"})
p("mv create runs source", "POST", A + "/model-versions/create", body={"name": "M2", "source": "runs:/x/model"})
p("mv create dots source", "POST", A + "/model-versions/create", body={"name": "M2", "source": "mlflow-artifacts:/../x"})
p("mv get", "GET", A + "/model-versions/get", query={"name": "M2", "version": "1"})
p("mv get missing", "GET", A + "/model-versions/get", query={"name": "M2", "version": "99"})
p("mv get bad", "GET", A + "/model-versions/get", query={"name": "M2", "version": "x"})
p("mv uri", "GET", A + "/model-versions/get-download-uri", query={"name": "M2", "version": "1"})
p("mv update", "PATCH", A + "/model-versions/update", body={"name": "M2", "version": "1", "description": "y"})
p("mv stage", "POST", A + "/model-versions/transition-stage", body={"name": "M2", "version": "1", "stage": "staging", "archive_existing_versions": False})
p("mv stage bad", "POST", A + "/model-versions/transition-stage", body={"name": "M2", "version": "1", "stage": "foo", "archive_existing_versions": False})
p("mv stage archive bad", "POST", A + "/model-versions/transition-stage", body={"name": "M2", "version": "1", "stage": "None", "archive_existing_versions": True})
p("mv latest", "POST", A + "/registered-models/get-latest-versions", body={"name": "M2"})
p("mv latest bad stage", "POST", A + "/registered-models/get-latest-versions", body={"name": "M2", "stages": ["foo"]})
p("mv search", "GET", A + "/model-versions/search", query={"filter": "name='M2'"})
p("mv search run", "GET", A + "/model-versions/search", query={"filter": "run_id='zz'"})
p("mv search num", "GET", A + "/model-versions/search", query={"filter": "version_number > 1"})
p("mv search bad", "GET", A + "/model-versions/search", query={"filter": "foo = 'x'"})
p("mv search 200001", "GET", A + "/model-versions/search", query={"max_results": "200001"})
p("mv search in", "GET", A + "/model-versions/search", query={"filter": "run_id IN ('a','b')"})
p("mv tag", "POST", A + "/model-versions/set-tag", body={"name": "M2", "version": "1", "key": "k", "value": "v"})
p("mv tag missing", "POST", A + "/model-versions/set-tag", body={"name": "M2", "version": "99", "key": "k", "value": "v"})
p("mv del tag", "DELETE", A + "/model-versions/delete-tag", body={"name": "M2", "version": "1", "key": "k"})
p("alias set", "POST", A + "/registered-models/alias", body={"name": "M2", "alias": "champ", "version": "1"})
p("alias latest", "POST", A + "/registered-models/alias", body={"name": "M2", "alias": "latest", "version": "1"})
p("alias v1", "POST", A + "/registered-models/alias", body={"name": "M2", "alias": "v1", "version": "1"})
p("alias bad chars", "POST", A + "/registered-models/alias", body={"name": "M2", "alias": "a b", "version": "1"})
p("alias long", "POST", A + "/registered-models/alias", body={"name": "M2", "alias": "a" * 256, "version": "1"})
p("alias none", "POST", A + "/registered-models/alias", body={"name": "M2", "version": "1"})
p("alias get", "GET", A + "/registered-models/alias", query={"name": "M2", "alias": "champ"})
p("alias get missing", "GET", A + "/registered-models/alias", query={"name": "M2", "alias": "nope"})
p("alias delete", "DELETE", A + "/registered-models/alias", body={"name": "M2", "alias": "champ"})
p("alias delete again", "DELETE", A + "/registered-models/alias", body={"name": "M2", "alias": "champ"})
p("mv delete", "DELETE", A + "/model-versions/delete", body={"name": "M2", "version": "1"})
p("mv get deleted", "GET", A + "/model-versions/get", query={"name": "M2", "version": "1"})
p("rm delete", "DELETE", A + "/registered-models/delete", body={"name": "M2"})
p("rm delete again", "DELETE", A + "/registered-models/delete", body={"name": "M2"})

# ---- logged models
p("lm create", "POST", A + "/logged-models", body={"experiment_id": "$exp", "name": "lm", "model_type": "t", "source_run_id": "$run",
  "params": [{"key": "a", "value": "b"}], "tags": [{"key": "c", "value": "d"}]}, save={"lm": "model.info.model_id"})
p("lm create none", "POST", A + "/logged-models", body={})
p("lm create bad name", "POST", A + "/logged-models", body={"experiment_id": "$exp", "name": "a/b"})
p("lm get", "GET", A + "/logged-models/$lm")
p("lm get missing", "GET", A + "/logged-models/m-zzz")
p("lm finalize", "PATCH", A + "/logged-models/$lm", body={"model_id": "$lm", "status": "LOGGED_MODEL_READY"})
p("lm tags", "PATCH", A + "/logged-models/$lm/tags", body={"tags": [{"key": "x", "value": "y"}]})
p("lm del tag", "DELETE", A + "/logged-models/$lm/tags/x")
p("lm del tag missing", "DELETE", A + "/logged-models/$lm/tags/x")
p("lm params", "POST", A + "/logged-models/$lm/params", body={"params": [{"key": "n", "value": "1"}]})
p("lm search", "POST", A + "/logged-models/search", body={"experiment_ids": ["$exp"], "max_results": 1})
p("lm search none", "POST", A + "/logged-models/search", body={})
p("lm search bad", "POST", A + "/logged-models/search", body={"experiment_ids": ["$exp"], "filter": "foo = 'a'"})
p("lm search order", "POST", A + "/logged-models/search", body={"experiment_ids": ["$exp"], "order_by": [{"field_name": "name", "ascending": True}]})
p("lm delete", "DELETE", A + "/logged-models/$lm")
p("lm get deleted", "GET", A + "/logged-models/$lm")

# ---- traces
TR = {"trace": {"trace_info": {"trace_id": "tr-0123456789abcdef0123456789abcdef", "trace_location": {"type": "MLFLOW_EXPERIMENT",
      "mlflow_experiment": {"experiment_id": "$exp"}}, "request_time": "2025-01-01T00:00:00Z", "execution_duration": "1.5s", "state": "OK",
      "trace_metadata": {"mlflow.trace_schema.version": "3", "a": "b"}, "tags": {"mlflow.traceName": "n", "u": "v"}}}}
T = "tr-0123456789abcdef0123456789abcdef"
p("trace v3 start", "POST", B + "/traces", body=TR)
p("trace v3 start again", "POST", B + "/traces", body=TR)
p("trace v3 none", "POST", B + "/traces", body={})
p("trace v3 get", "GET", B + "/traces/" + T)
p("trace v3 get missing", "GET", B + "/traces/tr-zz")
p("trace v2 info", "GET", A + f"/traces/{T}/info")
p("trace full get", "GET", B + "/traces/get", query={"trace_id": T})
p("trace v3 tag", "PATCH", B + f"/traces/{T}/tags", body={"key": "x", "value": "y"})
p("trace v3 tag long", "PATCH", B + f"/traces/{T}/tags", body={"key": "x" * 251, "value": "y"})
p("trace v3 del tag", "DELETE", B + f"/traces/{T}/tags", body={"key": "x"})
p("trace v3 del tag missing", "DELETE", B + f"/traces/{T}/tags", body={"key": "x"})
p("trace v3 search", "POST", B + "/traces/search", body={"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "$exp"}}], "max_results": 1})
p("trace v3 search none", "POST", B + "/traces/search", body={})
p("trace v3 search bad", "POST", B + "/traces/search", body={"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "$exp"}}], "filter": "foo = 'x'"})
p("trace v3 search 501", "POST", B + "/traces/search", body={"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "$exp"}}], "max_results": 501})
p("trace v2 start", "POST", A + "/traces", body={"experiment_id": "$exp", "timestamp_ms": 5, "request_metadata": [{"key": "a", "value": "b"}], "tags": []}, save={"t2": "trace_info.request_id"})
p("trace v2 end", "PATCH", A + "/traces/$t2", body={"timestamp_ms": 9, "status": "OK", "request_metadata": [], "tags": []})
p("trace v2 search", "GET", A + "/traces", query={"experiment_ids": "$exp", "max_results": "1"})
p("assessment create", "POST", B + f"/traces/{T}/assessments", body={"assessment": {"assessment_name": "q", "trace_id": T, "source": {"source_type": "HUMAN", "source_id": "me"},
  "create_time": "2025-01-01T00:00:00Z", "last_update_time": "2025-01-01T00:00:00Z", "feedback": {"value": 1.0}}}, save={"as": "assessment.assessment_id"})
p("assessment get", "GET", B + f"/traces/{T}/assessments/$as")
p("assessment update", "PATCH", B + f"/traces/{T}/assessments/$as", body={"assessment": {"feedback": {"value": 0.5}}, "update_mask": "feedback"})
p("assessment delete", "DELETE", B + f"/traces/{T}/assessments/$as")
p("assessment get missing", "GET", B + f"/traces/{T}/assessments/a-zz")
p("traces delete none", "POST", B + "/traces/delete-traces", body={"experiment_id": "$exp"})
p("traces delete ids", "POST", B + "/traces/delete-traces", body={"experiment_id": "$exp", "request_ids": [T]})
p("otlp no header", "POST", "/v1/traces", raw="", headers={"Content-Type": "application/x-protobuf"})
p("otlp wrong type", "POST", "/v1/traces", raw="{}", headers={"Content-Type": "text/plain", "x-mlflow-experiment-id": "$exp"})
p("otlp broken", "POST", "/v1/traces", raw="zzz", headers={"Content-Type": "application/x-protobuf", "x-mlflow-experiment-id": "$exp"})
p("otlp empty", "POST", "/v1/traces", raw="", headers={"Content-Type": "application/x-protobuf", "x-mlflow-experiment-id": "$exp"})

# ---- others
p("ds create", "POST", B + "/datasets/create", body={"name": "ds", "experiment_ids": ["$exp"]}, save={"ds": "dataset.dataset_id"})
p("ds create none", "POST", B + "/datasets/create", body={})
p("ds get", "GET", B + "/datasets/$ds")
p("ds get missing", "GET", B + "/datasets/d-zz")
p("ds upsert", "POST", B + "/datasets/$ds/records", body={"records": json.dumps([{"inputs": {"q": 1}, "expectations": {"a": 2}}])})
p("ds records", "GET", B + "/datasets/$ds/records")
p("ds search", "POST", B + "/datasets/search", body={"experiment_ids": ["$exp"]})
p("ds search bad", "POST", B + "/datasets/search", body={"experiment_ids": ["$exp"], "filter_string": "foo = 'x'"})
p("ds delete", "DELETE", B + "/datasets/$ds")
p("scorer register", "POST", B + "/scorers/register", body={"experiment_id": "$exp", "name": "s", "serialized_scorer": "{}"})
p("scorer list", "GET", B + "/scorers/list", query={"experiment_id": "$exp"})
p("scorer get missing", "GET", B + "/scorers/get", query={"experiment_id": "$exp", "name": "zz"})
p("webhook create no events", "POST", A + "/webhooks", body={"name": "w", "url": "https://example.com"})
p("webhook create bad url", "POST", A + "/webhooks", body={"name": "w", "url": "ftp://x", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]})
p("webhook create http", "POST", A + "/webhooks", body={"name": "w", "url": "http://example.com", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]})
p("webhook bad combo", "POST", A + "/webhooks", body={"name": "w", "url": "https://example.com", "events": [{"entity": "REGISTERED_MODEL", "action": "DELETED"}]})
p("webhook bad name", "POST", A + "/webhooks", body={"name": "-w", "url": "https://example.com", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]})
p("webhook create", "POST", A + "/webhooks", body={"name": "w", "url": "https://example.com", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}, save={"wh": "webhook.webhook_id"})
p("webhook get", "GET", A + "/webhooks/$wh")
p("webhook list", "GET", A + "/webhooks")
p("webhook delete", "DELETE", A + "/webhooks/$wh")
p("webhook get missing", "GET", A + "/webhooks/$wh")
p("workspaces off", "GET", B + "/workspaces")
p("graphql none", "POST", "/graphql", body={})
p("graphql exp", "POST", "/graphql", body={"query": 'query { mlflowGetExperiment(input: {experimentId: "$exp"}) { experiment { name artifactLocation } apiError { code message } } }'})
p("graphql missing", "POST", "/graphql", body={"query": 'query { mlflowGetRun(input: {runId: "zz"}) { run { info { runId } } apiError { code message } } }'})
p("graphql bad", "POST", "/graphql", body={"query": "query { nope }"})
p("proxy artifact put", "PUT", "/api/2.0/mlflow-artifacts/artifacts/a/b.txt", raw="hello", headers={"Content-Type": "text/plain"})
p("proxy artifact get", "GET", "/api/2.0/mlflow-artifacts/artifacts/a/b.txt")
p("proxy artifact list", "GET", "/api/2.0/mlflow-artifacts/artifacts", query={"path": "a"})
p("proxy artifact list root", "GET", "/api/2.0/mlflow-artifacts/artifacts")
p("proxy artifact dots", "GET", "/api/2.0/mlflow-artifacts/artifacts/..%2Fx")
p("proxy artifact list dots", "GET", "/api/2.0/mlflow-artifacts/artifacts", query={"path": "../x"})
p("proxy artifact missing", "GET", "/api/2.0/mlflow-artifacts/artifacts/zzz.txt")
p("proxy artifact delete", "DELETE", "/api/2.0/mlflow-artifacts/artifacts/a/b.txt")
p("mpu create local", "POST", "/api/2.0/mlflow-artifacts/mpu/create/a", body={"path": "a/f.bin", "num_parts": 2})
p("gateway secret no kek", "POST", B + "/gateway/secrets/create", body={"secret_name": "s", "secret_value": {"api_key": "k"}, "provider": "openai"})
p("gateway secrets list", "GET", B + "/gateway/secrets/list")
p("gateway endpoint none", "POST", B + "/gateway/endpoints/create", body={})
p("users without auth", "GET", A + "/users/list")


NORM = [
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b(m|a|d|tr|dr|s|e|wh)-[0-9a-f]{32}\b"), r"<\1-id>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hex32>"),
    (re.compile(r"\b1[789]\d{11}\b"), "<ms>"),
    (re.compile(r"\b20(2[6-9]|3\d)-\d\d-\d\dT[\d:.]+Z"), "<time>"),
    (re.compile(r"\b127\.0\.0\.1:\d+\b"), "<host>"),
    (re.compile(r"conf-srv-\w+"), "<data_dir>"),
    (re.compile(r"\(sqlite3\.[\s\S]*"), "<database error text>"),
]


SET = re.compile(r"\{('[^']*'(?:, '[^']*')+)\}")


def norm(x):
    if isinstance(x, str) and re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", x) and x.count("-") == 2:
        return "<random name>"
    if isinstance(x, str) and re.fullmatch(r"[0-9a-f]{8}", x):
        return "<digest8>"
    if isinstance(x, str):
        for r, s in NORM:
            x = r.sub(s, x)
        # the reference prints unordered sets in some messages: order them
        x = SET.sub(lambda m: "{" + ", ".join(sorted(m.group(1).split(", "))) + "}", x)
        return x if len(x) < 700 else x[:300] + f"...<{len(x)} chars>"
    if isinstance(x, bool) or x is None or isinstance(x, float):
        return x
    if isinstance(x, int):
        return "<ms>" if 1.7e12 < x < 2e12 else x
    if isinstance(x, list):
        return [norm(v) for v in x]
    x = {k: norm(v) for k, v in x.items()}
    for k in ("tags", "request_metadata"):  # order of these lists is not specified
        if isinstance(x.get(k), list) and all(isinstance(t, dict) and "key" in t for t in x[k]):
            x[k] = sorted(x[k], key=lambda t: str(t["key"]))
    return x


def sub(x, env):
    if isinstance(x, str):
        for k in sorted(env, key=len, reverse=True):
            x = x.replace("$" + k, str(env[k]))
        return x
    if isinstance(x, list):
        return [sub(v, env) for v in x]
    if isinstance(x, dict):
        return {k: sub(v, env) for k, v in x.items()}
    return x


def dig(o, path):
    for k in path.split("."):
        if not isinstance(o, dict) or k not in o:
            return "MISSING"
        o = o[k]
    return o


def send(base, q, env):
    """One call: its status, headers and text. A server that does not answer is status 0."""
    url = base + urllib.parse.quote(sub(q["path"], env), safe="/%<>:.-_~")
    if q["query"]:
        url += "?" + urllib.parse.urlencode(sub(q["query"], env))
    headers, data = sub(dict(q["headers"]), env), None
    if q["body"] is not None:
        data = json.dumps(sub(q["body"], env)).encode()
        headers.setdefault("Content-Type", "application/json")
    elif q["raw"] is not None:
        data = q["raw"].encode()
    req = urllib.request.Request(url, data=data, headers=headers, method=q["method"])
    try:
        with urllib.request.urlopen(req, timeout=60) as r:
            return r.status, r.headers, r.read().decode("utf8", "replace")
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read().decode("utf8", "replace")
    except Exception as e:
        return 0, {}, repr(e)


def parse(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def replay(base, contract=None):
    env, out = {}, []
    for q in P:
        status, h, text = send(base, contract.prepared(q) if contract else q, env)
        for k, path in q["save"].items():
            env[k] = dig(parse(text), path)
        if contract:
            text = contract.translate(q, status, text)
            for extra in contract.instead(q):
                did, _, said = send(base, extra, env)
                if did != 200:
                    sys.exit(f"the call sent instead of '{q['name']}' was refused: {did} {said}")
                for k, path in extra["save"].items():
                    env[k] = dig(parse(said), path)
                contract.learn_source(q, norm(sub(extra["body"], env)))
        body = norm(parse(text))
        out.append({"name": q["name"], "request": f"{q['method']} {q['path']}", "status": status,
                    "content_type": h.get("Content-Type") or "", "body": contract.shown(body) if contract else body})
    return out


def differences(got, gold):
    """Prints every answer that is not the recorded one; how many there were."""
    bad = 0
    for g in got:
        w = gold.get(g["name"])
        if w is None or (w["status"], w["body"]) != (g["status"], g["body"]):
            bad += 1
            print("DIFF", g["name"], "\n  want", w and (w["status"], w["body"]), "\n  got ", (g["status"], g["body"]))
    print(f"{len(got) - bad} of {len(got)} equal")
    return bad


def main(args):
    folder = None
    if "--contract" in args:
        at = args.index("--contract")
        folder = args[at + 1]
        args = args[:at] + args[at + 2:]
    mode, base, path = args
    gold = {g["name"]: g for g in json.load(open(path))} if mode == "compare" else None
    contract = Contract(folder, P) if folder else None
    got = replay(base.rstrip("/"), contract)
    if mode == "record":
        json.dump(got, open(path, "w"), indent=1)
        print(len(got), "probes recorded")
        return 0
    return bool(contract.compare(got, gold) if contract else differences(got, gold))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
