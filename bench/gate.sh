#!/bin/sh
# What teams write today in place of a gate: MLflow's Python client asks for the run, compares three metrics, and with a second
# argument creates a version and moves the alias to it. It waits for nothing, reads nothing back, and knows no baseline.
#   gate.sh RUN_ID [MODEL]
exec "${PYTHON:-python3}" - "$@" <<'PYTHON'
import sys
from mlflow import MlflowClient

client = MlflowClient()
metrics = client.get_run(sys.argv[1]).data.metrics
if metrics["accuracy"] < 0.92 or metrics["recall"] < 0.85 or metrics["log_loss"] > 0.35:
    sys.exit("the model is not good enough")
if len(sys.argv) > 2:
    model = sys.argv[2]
    version = client.create_model_version(model, f"runs:/{sys.argv[1]}/model", sys.argv[1])
    client.set_registered_model_alias(model, "champion", version.version)
PYTHON
