"""An ordinary MLflow program: nothing here knows Sluice.

Environment: MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN as for any MLflow server; DATASET_URL names the dataset
version to train on (its content lies at DATASET_URL/content); MODEL_NAME is the registered model. Prints one JSON line.
"""

import io
import json
import os
import urllib.request

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 7
EPOCHS = 30
TARGET = "cultivar"


def read_table(url: str) -> pd.DataFrame:
    request = urllib.request.Request(f"{url}/content")
    request.add_header("Authorization", f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}")
    with urllib.request.urlopen(request) as answer:
        return pd.read_csv(io.BytesIO(answer.read()))


dataset_url = os.environ["DATASET_URL"]
model_name = os.environ["MODEL_NAME"]
frame = read_table(dataset_url)
train, test = train_test_split(frame, test_size=0.25, random_state=SEED, stratify=frame[TARGET])
x_train, y_train = train.drop(columns=[TARGET]), train[TARGET]
x_test, y_test = test.drop(columns=[TARGET]), test[TARGET]
params = {"alpha": 0.001, "eta0": 0.02, "epochs": EPOCHS, "seed": SEED}

mlflow.set_experiment("wine-cultivars")
with mlflow.start_run(run_name="sgd-softmax") as run:
    mlflow.log_params(params)
    mlflow.log_input(mlflow.data.from_pandas(frame, source=dataset_url, name="wine", targets=TARGET), context="training")

    scaler = StandardScaler().fit(x_train)
    classifier = SGDClassifier(loss="log_loss", alpha=params["alpha"], learning_rate="constant", eta0=params["eta0"], random_state=SEED)
    classes = np.unique(y_train)
    for epoch in range(EPOCHS):
        classifier.partial_fit(scaler.transform(x_train), y_train, classes=classes)
        mlflow.log_metrics(
            {
                "train_loss": log_loss(y_train, classifier.predict_proba(scaler.transform(x_train)), labels=classes),
                "test_loss": log_loss(y_test, classifier.predict_proba(scaler.transform(x_test)), labels=classes),
                "test_accuracy": accuracy_score(y_test, classifier.predict(scaler.transform(x_test))),
            },
            step=epoch,
        )
    model = make_pipeline(scaler, classifier)

    figure, axes = plt.subplots(figsize=(5, 4), dpi=110)
    ConfusionMatrixDisplay.from_estimator(model, x_test, y_test, ax=axes, colorbar=False)
    axes.set_title("Held-out rows")
    mlflow.log_figure(figure, "confusion_matrix.png")

    logged = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(x_test, model.predict(x_test)),
        input_example=x_test.head(3),
        registered_model_name=model_name,
    )

client = mlflow.MlflowClient()
version = max(client.search_model_versions(f"name = '{model_name}'"), key=lambda v: int(v.version)).version
client.set_registered_model_alias(model_name, "champion", version)

loaded = mlflow.pyfunc.load_model(f"models:/{model_name}@champion")
predicted = loaded.predict(x_test.head(5))
expected = model.predict(x_test.head(5))
assert list(predicted) == list(expected), "the model that came back answers differently"
print(json.dumps({"run_id": run.info.run_id, "version": int(version), "predicted": [int(p) for p in predicted], "actual": [int(a) for a in y_test.head(5)]}))
