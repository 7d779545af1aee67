"""Trains a model that tells which customers will leave, and logs it to MLflow with its metrics. The gate registers it.

The customers are made up, always the same ones. With --degraded the training goes wrong as it does in real life: one column is
lost on the way and some labels are wrong. The server comes from MLFLOW_TRACKING_URI.
"""

import argparse
import statistics
import sys
import time

import mlflow
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 20261120
CUSTOMERS = 6000
SUPPORT_CALLS = 2


def customers():
    """Columns: months as a customer, monthly charge, support calls, months of contract left."""
    random = np.random.default_rng(SEED)
    columns = np.column_stack(
        [
            random.gamma(2.0, 14.0, CUSTOMERS),
            random.normal(62.0, 18.0, CUSTOMERS),
            random.poisson(2.2, CUSTOMERS),
            random.integers(0, 25, CUSTOMERS),
        ]
    ).astype(float)
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    odds = scaled @ np.array([-3.0, 2.5, 6.0, -3.5]) + random.logistic(0.0, 0.6, CUSTOMERS)
    return columns, (odds > 0).astype(int)


def spoil(columns, labels):
    """What a broken data pipeline does to the training data."""
    random = np.random.default_rng(SEED + 1)
    columns = columns.copy()
    columns[:, SUPPORT_CALLS] = 0.0
    wrong = random.random(len(labels)) < 0.15
    return columns, np.where(wrong, 1 - labels, labels)


def latency_ms(model, rows):
    """The median time of one prediction, in milliseconds."""
    times = []
    for row in rows:
        begin = time.perf_counter()
        model.predict_proba(row.reshape(1, -1))
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--degraded", action="store_true", help="train a bad model")
    parser.add_argument("--experiment", default="customer-churn")
    arguments = parser.parse_args()
    if not mlflow.get_tracking_uri().startswith("http"):
        sys.exit("MLFLOW_TRACKING_URI must name an MLflow server")

    columns, labels = customers()
    train_x, test_x, train_y, test_y = train_test_split(columns, labels, test_size=0.25, random_state=SEED)
    if arguments.degraded:
        train_x, train_y = spoil(train_x, train_y)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train_x, train_y)
    guessed = model.predict(test_x)
    metrics = {
        "accuracy": accuracy_score(test_y, guessed),
        "precision": precision_score(test_y, guessed, zero_division=0),
        "recall": recall_score(test_y, guessed),
        "log_loss": log_loss(test_y, model.predict_proba(test_x)),
        "latency_ms": latency_ms(model, test_x[:200]),
    }

    mlflow.set_experiment(arguments.experiment)
    with mlflow.start_run(run_name="degraded" if arguments.degraded else "good", tags={"purpose": "eval"}) as run:
        mlflow.log_params({"degraded": arguments.degraded, "seed": SEED, "customers": CUSTOMERS})
        mlflow.log_metrics(metrics)
        mlflow.sklearn.log_model(model, name="churn", pip_requirements=["scikit-learn"])
    for name, value in metrics.items():
        print(f"{name:<10} {value:.4f}")
    print(f"run {run.info.run_id}")


if __name__ == "__main__":
    main()
