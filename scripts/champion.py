"""Loads the champion from MLflow's model registry, as production would, and lets it predict.

champion.py MODEL            exit status 0 if models:/MODEL@champion can be loaded and predicts well
The server comes from MLFLOW_TRACKING_URI.
"""

import sys

import mlflow
from sklearn.metrics import accuracy_score
from train import customers


def main(model):
    champion = f"models:/{model}@champion"
    columns, labels = customers()
    accuracy = accuracy_score(labels, mlflow.pyfunc.load_model(champion).predict(columns))
    print(f"{champion} was loaded; its accuracy on all customers is {accuracy:.4f}")
    sys.exit(accuracy < 0.92)


if __name__ == "__main__":
    main(sys.argv[1])
