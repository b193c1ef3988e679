"""A day's work of the unmodified MLflow client against a running platform (tests/python/run.mjs starts it).

Runs under mlflow 3.17 and under a 2.x; what only one of them has is asked of the client, not of the server.
Environment: SLUICE_URL, PEOPLE (JSON: name -> {user, password, token}); projects p1 (alice owner, bob contributor,
vera viewer) and p2 (alice only).
"""

import json
import math
import os
import uuid

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import pandas as pd
import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

URL = os.environ["SLUICE_URL"]
PEOPLE = json.loads(os.environ["PEOPLE"])
IS_3 = int(mlflow.__version__.split(".")[0]) >= 3


@pytest.fixture(autouse=True)
def nobody_is_signed_in(monkeypatch):
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    # A refusal that a client takes for an outage would be retried for minutes.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    yield
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def sign_in(monkeypatch):
    def by_token(name, project="p1"):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", PEOPLE[name]["token"])
        mlflow.set_tracking_uri(f"{URL}/p/{project}")
        return mlflow.MlflowClient()

    return by_token


def fresh(prefix):
    return f"{prefix}-{mlflow.__version__}-{uuid.uuid4().hex[:8]}"


def test_runs_metrics_params_tags_and_search(sign_in):
    client = sign_in("bob")
    experiment = client.create_experiment(fresh("daily"), tags={"team": "a"})
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run(run_name="first", tags={"kind": "x"}) as run:
        mlflow.log_params({"lr": 0.1, "depth": 3})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.93, "f1": 0.5}, step=2)
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_param("lr", 0.2)
    read = client.get_run(run.info.run_id)
    assert read.data.params == {"lr": "0.1", "depth": "3"}
    assert read.data.metrics == {"loss": 0.2, "acc": 0.93, "f1": 0.5}
    assert read.info.status == "FINISHED" and read.info.run_name == "first"
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id
    assert [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "loss")] == [(s, 1 / (s + 1)) for s in range(5)]

    found = mlflow.search_runs([experiment], "metrics.acc > 0.9 and params.lr = '0.1' and tags.kind = 'x'")
    assert list(found["run_id"]) == [run.info.run_id]
    assert mlflow.search_runs([experiment], "metrics.acc > 0.99").empty
    ordered = mlflow.search_runs([experiment], order_by=["params.lr DESC"])
    assert list(ordered["params.lr"]) == ["0.2", "0.1"]


def test_batches_keep_special_values_and_refuse_changed_params(sign_in):
    client = sign_in("bob")
    run = client.create_run(client.create_experiment(fresh("batch")))
    points = [Metric("m", v, 1_700_000_000_000 + i, i) for i, v in enumerate([1.5, math.nan, math.inf, -math.inf, 2.5])]
    client.log_batch(run.info.run_id, metrics=points, params=[Param("p", "1")], tags=[RunTag("t", "v")])
    client.log_batch(run.info.run_id, metrics=points, params=[Param("p", "1")])  # the same again changes nothing
    values = [m.value for m in client.get_metric_history(run.info.run_id, "m")]
    assert len(values) == 5 and math.isnan(values[1]) and values[2] > 1e308 and values[3] < -1e308
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_param(run.info.run_id, "p", "2")
    assert client.get_run(run.info.run_id).data.params == {"p": "1"}


@pytest.mark.parametrize("name", ["ชื่อ ไทย", "a/b/c", "100% sure", "it's \"quoted\""])
def test_names_with_unusual_characters(sign_in, name):
    client = sign_in("bob")
    experiment = client.create_experiment(fresh(name))
    assert client.get_experiment_by_name(client.get_experiment(experiment).name).experiment_id == experiment


def test_artifacts_go_through_the_proxy(sign_in, tmp_path):
    client = sign_in("bob")
    mlflow.set_experiment(fresh("artifacts"))
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": 1}, "a.json")
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "plot.png")
        mlflow.log_table(pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}), "table.json")
        big = tmp_path / "big.bin"
        big.write_bytes(os.urandom(3_000_000))
        mlflow.log_artifact(str(big), "deep/er")
    listed = {f.path: f for f in client.list_artifacts(run.info.run_id)}
    assert {"a.json", "deep", "notes", "plot.png", "table.json"} <= set(listed)
    assert listed["deep"].is_dir and listed["plot.png"].file_size > 100
    assert [f.path for f in client.list_artifacts(run.info.run_id, "deep/er")] == ["deep/er/big.bin"]
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/hello.txt") == "hello"
    got = client.download_artifacts(run.info.run_id, "deep/er/big.bin", str(tmp_path / "out") if (tmp_path / "out").mkdir() is None else None)
    assert open(got, "rb").read() == big.read_bytes()
    assert list(mlflow.load_table("table.json", run_ids=[run.info.run_id])["x"]) == [1, 2]


def test_a_model_is_logged_registered_staged_aliased_and_loaded_back(sign_in):
    client = sign_in("alice")
    mlflow.set_experiment(fresh("models"))
    name = fresh("iris").replace(".", "-")
    features, target = load_iris(return_X_y=True, as_frame=True)
    model = LogisticRegression(max_iter=500).fit(features, target)
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_pandas(features, name="iris"), context="training")
        arguments = {"signature": infer_signature(features, model.predict(features)), "registered_model_name": name}
        if IS_3:
            mlflow.sklearn.log_model(model, name="model", **arguments)
        else:
            mlflow.sklearn.log_model(model, artifact_path="model", **arguments)
    version = client.get_model_version(name, "1")
    assert version.status == "READY" and version.run_id == run.info.run_id
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "1", "Production")
    assert client.get_model_version_by_alias(name, "champion").version in (1, "1")
    assert client.get_latest_versions(name, ["Production"])[0].current_stage == "Production"
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/Production", f"runs:/{run.info.run_id}/model"):
        assert list(mlflow.pyfunc.load_model(uri).predict(features.head(3))) == [0, 0, 0], uri
    assert client.get_run(run.info.run_id).inputs.dataset_inputs[0].dataset.name == "iris"
    client.set_model_version_tag(name, "1", "checked", "yes")
    assert client.search_model_versions(f"name = '{name}'")[0].tags == {"checked": "yes"}


def test_autologging_with_scikit_learn(sign_in):
    client = sign_in("bob")
    mlflow.set_experiment(fresh("autolog"))
    features, target = load_iris(return_X_y=True, as_frame=True)
    mlflow.sklearn.autolog(log_models=False)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(max_iter=300).fit(features, target)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id).data
    assert data.params["max_iter"] == "300" and data.metrics["training_accuracy_score"] > 0.9


def test_trash_and_restore(sign_in):
    client = sign_in("alice")
    experiment = client.create_experiment(fresh("trash"))
    run = client.create_run(experiment)
    client.delete_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    client.restore_run(run.info.run_id)
    client.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    client.restore_experiment(experiment)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_a_viewer_reads_and_is_refused_to_write(sign_in):
    client = sign_in("bob")
    experiment = client.create_experiment(fresh("shared"))
    run = client.create_run(experiment)
    viewer = sign_in("vera")
    assert viewer.get_run(run.info.run_id).info.run_id == run.info.run_id
    for attempt in (
        lambda: viewer.log_metric(run.info.run_id, "m", 1.0),
        lambda: viewer.create_run(experiment),
        lambda: viewer.log_text(run.info.run_id, "x", "x.txt"),
        lambda: viewer.create_registered_model(fresh("no").replace(".", "-")),
    ):
        with pytest.raises(Exception, match="PERMISSION_DENIED|403"):
            attempt()


def test_a_stranger_finds_nothing(sign_in):
    client = sign_in("bob")
    run = client.create_run(client.create_experiment(fresh("secret")))
    stranger = sign_in("mallory")
    with pytest.raises(MlflowException, match="RESOURCE_DOES_NOT_EXIST|not found"):
        stranger.get_run(run.info.run_id)
    elsewhere = sign_in("alice", "p2")  # alice may read it in p1: after p2 is chosen it does not exist
    with pytest.raises(MlflowException, match="RESOURCE_DOES_NOT_EXIST|not found"):
        elsewhere.get_run(run.info.run_id)


def test_user_name_and_password(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", PEOPLE["bob"]["user"])
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PEOPLE["bob"]["password"])
    mlflow.set_tracking_uri(URL)  # p1 is the only project bob is a member of
    client = mlflow.MlflowClient()
    experiment = client.create_experiment(fresh("by-password"))
    assert client.get_experiment(experiment).name.startswith("by-password")


if IS_3:  # a 2.x client has no such call

    def test_the_workspace_chooses_the_project(monkeypatch):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", PEOPLE["alice"]["token"])
        mlflow.set_tracking_uri(URL)
        client = mlflow.MlflowClient()
        name = fresh("in-p2")
        monkeypatch.setenv("MLFLOW_WORKSPACE", "p2")
        experiment = client.create_experiment(name)
        monkeypatch.setenv("MLFLOW_WORKSPACE", "p1")
        assert client.get_experiment_by_name(name) is None
        monkeypatch.setenv("MLFLOW_WORKSPACE", "p2")
        assert client.get_experiment_by_name(name).experiment_id == experiment


if IS_3:  # a 2.x client has no such call

    def test_logged_models_are_found(sign_in):
        client = sign_in("bob")
        experiment = client.create_experiment(fresh("logged"))
        model = client.create_logged_model(experiment, name="m1", tags={"a": "b"}, params={"p": "1"})
        client.finalize_logged_model(model.model_id, "READY")
        found = client.search_logged_models([experiment], filter_string="name = 'm1'")
        assert [m.model_id for m in found] == [model.model_id]
        assert found[0].tags["a"] == "b" and found[0].params == {"p": "1"}
    