"""Tracing with the unmodified MLflow 3.17 client against a running platform (tests/traces.e2e.ts starts it).

Environment: SLUICE_URL, PEOPLE (JSON: name -> {user, password, token}); project p1 (alice owner, bob contributor, vera
viewer) and p2 (alice only).
"""

import json
import os
import uuid

import mlflow
import pytest
from mlflow.entities import AssessmentSource, SpanEvent
from mlflow.exceptions import MlflowException
from mlflow.genai.datasets import create_dataset, delete_dataset, get_dataset, search_datasets
from mlflow.genai.scorers import Correctness, delete_scorer, get_scorer, list_scorers

URL = os.environ["SLUICE_URL"]
PEOPLE = json.loads(os.environ["PEOPLE"])


@pytest.fixture(autouse=True)
def quick_and_in_order(monkeypatch):
    # Without a queue between the client and the server, what was sent is there.
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")


@pytest.fixture
def sign_in(monkeypatch):
    def by_token(name, project="p1"):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", PEOPLE[name]["token"])
        mlflow.set_tracking_uri(f"{URL}/p/{project}")
        mlflow.tracing.reset()
        return mlflow.MlflowClient()

    return by_token


def new_experiment():
    return mlflow.set_experiment(f"traces-{uuid.uuid4().hex[:8]}").experiment_id


def ask(question, answer, kind="CHAT_MODEL"):
    """A request to an application: a chain that calls a model."""
    with mlflow.start_span("chain", span_type="CHAIN") as root:
        root.set_inputs({"question": question, "temperature": 0.5})
        root.set_attribute("whole", 2**53 + 1)
        root.set_attribute("real", 1.0)
        with mlflow.start_span("model", span_type=kind) as model:
            model.set_inputs({"prompt": question})
            model.add_event(SpanEvent("retried", attributes={"times": 2}))
            model.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
            model.set_outputs(answer)
        root.set_outputs(answer)
    return root.trace_id


def ids(experiment, filter_string=None, **options):
    return [t.info.trace_id for t in mlflow.search_traces(locations=[experiment], filter_string=filter_string, return_type="list", **options)]


def test_a_trace_comes_back_as_it_was_sent(sign_in):
    sign_in("bob")
    new_experiment()
    trace = mlflow.get_trace(ask("größe?", "42"))
    root, model = trace.data.spans
    assert (trace.info.state, root.name, root.span_type, model.parent_id) == ("OK", "chain", "CHAIN", root.span_id)
    assert root.inputs == {"question": "größe?", "temperature": 0.5} and model.outputs == "42"
    assert root.attributes["whole"] == 2**53 + 1 and isinstance(root.attributes["real"], float)
    assert model.events[0].name == "retried" and model.events[0].attributes == {"times": 2}
    assert root.start_time_ns <= model.start_time_ns <= model.end_time_ns <= root.end_time_ns
    assert trace.info.token_usage == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    assert "größe" in trace.info.request_preview and "42" in trace.info.response_preview


def test_an_error_is_the_state_of_its_trace(sign_in):
    sign_in("bob")
    experiment = new_experiment()
    with pytest.raises(ZeroDivisionError), mlflow.start_span("fails") as span:
        1 / 0
    assert mlflow.get_trace(span.trace_id).info.state == "ERROR"
    assert ids(experiment, "trace.status = 'ERROR' AND span.status = 'ERROR'") == [span.trace_id]


def test_searches_find_spans_words_feedback_and_runs(sign_in):
    client = sign_in("bob")
    experiment = new_experiment()
    first, second = ask("one", "uno"), ask("two", "dos", kind="LLM")
    with mlflow.start_run() as run:
        third = ask("three", "tres")
    client.set_trace_tag(first, "team", "a")
    mlflow.log_feedback(trace_id=first, name="good", value=True, source=AssessmentSource("HUMAN", "bob"), rationale="yes")
    mlflow.log_feedback(trace_id=second, name="score", value=0.25)
    mlflow.log_expectation(trace_id=second, name="answer", value={"text": "dos"})
    assert ids(experiment, "span.type = 'LLM' AND span.name = 'model'") == [second]
    assert ids(experiment, "span.type = 'LLM' AND span.name = 'chain'") == []
    assert ids(experiment, "trace.text LIKE '%three%'") == [third]
    assert ids(experiment, "tag.team = 'a'") == [first] and ids(experiment, "feedback.good = 'true'") == [first]
    assert ids(experiment, "feedback.score < 0.5") == [second] and ids(experiment, "expectation.answer IS NOT NULL") == [second]
    assert ids(experiment, f"run_id = '{run.info.run_id}'") == [third] and ids(experiment, run_id=run.info.run_id) == [third]
    assert ids(experiment, order_by=["timestamp ASC"]) == [first, second, third]
    # Two at a time: the pages are walked to their end.
    page = client.search_traces(locations=[experiment], max_results=2)
    assert [t.info.trace_id for t in page] == [third, second]
    rest = client.search_traces(locations=[experiment], max_results=2, page_token=page.token)
    assert [t.info.trace_id for t in rest] == [first]
    assert len(mlflow.search_traces(locations=[experiment])) == 3


def test_feedback_is_corrected_and_taken_back(sign_in):
    sign_in("bob")
    new_experiment()
    trace = ask("one", "uno")
    said = mlflow.log_feedback(trace_id=trace, name="score", value=0.1)
    better = mlflow.override_feedback(trace_id=trace, assessment_id=said.assessment_id, value=0.9, rationale="looked again")
    assert [(a.value, a.valid) for a in mlflow.get_trace(trace).info.assessments] == [(0.1, False), (0.9, True)]
    mlflow.delete_assessment(trace_id=trace, assessment_id=better.assessment_id)
    assert [(a.value, a.valid) for a in mlflow.get_trace(trace).info.assessments] == [(0.1, True)]
    assert mlflow.get_assessment(trace, said.assessment_id).value == 0.1


def test_who_may_not_does_not(sign_in):
    sign_in("alice")
    experiment = new_experiment()
    trace = ask("one", "uno")
    client = sign_in("bob")
    with pytest.raises(MlflowException, match="tracking.trace.delete"):
        client.delete_traces(experiment, trace_ids=[trace])
    client = sign_in("vera")
    assert ids(experiment) == [trace]
    for write in (
        lambda: client.set_trace_tag(trace, "a", "b"),
        lambda: mlflow.log_feedback(trace_id=trace, name="good", value=True),
        lambda: client.delete_traces(experiment, trace_ids=[trace]),
    ):
        with pytest.raises(MlflowException, match="PERMISSION_DENIED"):
            write()
    client = sign_in("alice", project="p2")
    assert mlflow.get_trace(trace, silent=True) is None
    client = sign_in("alice")
    assert client.delete_traces(experiment, trace_ids=[trace]) == 1 and ids(experiment) == []


def test_evaluation_datasets(sign_in):
    sign_in("bob")
    experiment = new_experiment()
    name = f"questions-{uuid.uuid4().hex[:8]}"
    dataset = create_dataset(name=name, experiment_id=[experiment], tags={"team": "a"})
    dataset.merge_records([{"inputs": {"q": i}, "expectations": {"a": i * 2.0}} for i in range(3)])
    dataset.merge_records([{"inputs": {"q": 0}, "expectations": {"a": 9.0}}])
    found = get_dataset(dataset_id=dataset.dataset_id)
    assert [(r["inputs"], r["expectations"]) for r in found.to_df().to_dict("records")] == [({"q": 0}, {"a": 9.0}), ({"q": 1}, {"a": 2.0}), ({"q": 2}, {"a": 4.0})]
    assert json.loads(found.schema)["expectations"] == {"a": "float"} and json.loads(found.profile) == {"num_records": 3}
    assert [d.name for d in search_datasets(experiment_ids=[experiment], filter_string=f"name = '{name}' AND tags.team = 'a'")] == [name]
    delete_dataset(dataset_id=dataset.dataset_id)
    assert list(search_datasets(experiment_ids=[experiment])) == []


def test_scorers_have_versions(sign_in):
    sign_in("bob")
    experiment = new_experiment()
    for _ in range(2):
        Correctness().register(name="correct", experiment_id=experiment)
    assert [s.name for s in list_scorers(experiment_id=experiment)] == ["correct"]
    assert get_scorer(name="correct", experiment_id=experiment).name == "correct"
    delete_scorer(name="correct", experiment_id=experiment, version="all")
    assert list_scorers(experiment_id=experiment) == []
