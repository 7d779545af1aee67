"""Makes runs, models and versions of every shape on a real server, as people write them, and then asks for models what they are.

Started as `python model_shapes.py TRACKING_URI SUFFIX PATTERN`, with the client of the server's version; the pattern is of the shapes' names. It first writes one line of JSON with all shapes:
what to gate, and what the gate may answer. Then it answers each line {"model": NAME} with who holds the alias champion, what that model
says that it is when it is loaded, and which versions are new; it takes the alias and those versions away again.
"""

import contextlib
import json
import logging
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings

ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
sys.stdout = sys.stderr  # MLflow's client prints links there
warnings.filterwarnings("ignore")

import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.pyfunc import PythonModel  # noqa: E402

logging.getLogger("mlflow").setLevel(logging.ERROR)
MAJOR, MINOR = (int(part) for part in mlflow.__version__.split(".")[:2])
LOGGED_MODELS = MAJOR >= 3
PROMPTS = (MAJOR, MINOR) >= (2, 22)
CHAMPION = "champion"
PROMPT_NAMES = set()
client = MlflowClient(sys.argv[1])

# Answers of a gate. A promotion is "label=value": which model was promoted, and the accuracy that it passed with.
UNTOLD = ("INCONCLUSIVE", "CONFLICT")
REFUSED = (*UNTOLD, "NOT_FOUND", "CONFIGURATION", "MISSING", "FAILED")
NO_VALUE = ("NO_BASELINE", "INCONCLUSIVE")
NO_BASELINE = (*NO_VALUE, "NOT_FOUND", "CONFLICT")


class Named(PythonModel):
    """A model that predicts its own name."""

    def __init__(self, name):
        self.name = name

    def predict(self, context, model_input, params=None):
        return [self.name]


class Shape:
    """One experiment, one registered model, and the gates that are run on them."""

    def __init__(self, name, suffix):
        self.name = name
        self.model = f"{name}-{suffix}"
        self.experiment = self.model
        self.thresholds = {"accuracy": 0.9}
        self.gates = []
        self.baselines = []
        self.experiment_id = None
        client.create_registered_model(self.model)

    @contextlib.contextmanager
    def run(self):
        """A run of the shape's experiment; no two start in the same millisecond."""
        time.sleep(0.002)
        if self.experiment_id is None:
            self.experiment_id = mlflow.create_experiment(self.experiment)
        with mlflow.start_run(experiment_id=self.experiment_id) as run:
            yield run.info.run_id

    def log(self, label, name="model", **options):
        """Logs a model that answers with the label, and returns what log_model does."""
        options.setdefault("pip_requirements", ["mlflow"])
        where = {"name": name} if LOGGED_MODELS else {"artifact_path": name}
        return mlflow.pyfunc.log_model(**where, python_model=Named(f"{self.name}/{label}"), **options)

    def save(self, label, path):
        """Puts a model into the run's artifacts, as scripts did before there was log_model, and as 2.x clients do."""
        folder = f"saved-{self.model}-{label}"
        mlflow.pyfunc.save_model(folder, python_model=Named(f"{self.name}/{label}"), pip_requirements=["mlflow"])
        mlflow.log_artifacts(folder, path)

    def register(self, uri, model=None):
        return self.registered(mlflow.register_model(uri, model or self.model).version, model)

    def registered(self, version, model=None):
        """Gives the version the alias by which gates name it."""
        client.set_registered_model_alias(model or self.model, f"is-{version}", str(version))
        return int(version)

    def gate(self, way, *expected, path=None, promote=True, model=None, says=(), hides=None, waits=False, **candidate):
        """One gate.

        says: models (name, id) that a refusal must name, by one of the two each; hides: another model's value, which it must not show;
        waits: that it may end at its deadline only, which then is near.
        """
        way += "" if path is None else f" path {path}"
        way += "" if promote else " without promotion"
        way += "" if model is None else f" of {model.removeprefix(self.model + '-')}"
        same = sum(gate["way"].split(" #")[0] == way for gate in self.gates)
        self.gates.append({
            "way": way if same == 0 else f"{way} #{same + 1}",
            "model": model or self.model,
            "candidate": {option: str(value) for option, value in candidate.items()},
            "path": path,
            "promote": promote,
            "expected": expected,
            "says": [[name for name in names if name] for names in says],
            "hides": hides,
            "timeout": "5s" if waits or expected == ("MISSING",) else "60s",
        })

    def by_run(self, run, *expected, **options):
        self.gate("run", *expected, **{"run-id": run}, **options)

    def by_newest(self, *expected, **options):
        self.gate("experiment", *expected, experiment=self.experiment, **options)

    def by_nothing(self, *expected, **options):
        self.gate("highest version", *expected, **options)

    def by_version(self, version, *expected, evaluation=None, **options):
        """By number and by alias, of itself or with the run that evaluated it."""
        with_run = {} if evaluation is None else {"run-id": evaluation}
        suffix = "" if evaluation is None else " + evaluation run"
        self.gate(f"version {version}{suffix}", *expected, version=version, **with_run, **options)
        self.gate(f"alias of {version}{suffix}", *expected, alias=f"is-{version}", **with_run, **options)

    def by_model_id(self, logged, *expected, **options):
        if LOGGED_MODELS:
            self.gate(f"model id of {logged.name}", *expected, **{"model-id": logged.model_id}, **options)

    def baseline(self, version, *expected, model=None):
        """The version as what a plain candidate is compared with: the value that is used, or why there is none."""
        self.baselines.append({"way": f"version {version}" + ("" if model is None else f" of {model.removeprefix(self.model + '-')}"), "model": model or self.model, "alias": f"is-{version}", "expected": expected})


def metric(value, model=None, key="accuracy", step=None):
    """Logs a metric in the active run, where models are known for a model."""
    link = {"model_id": model.model_id} if model is not None and LOGGED_MODELS else {}
    time.sleep(0.002)  # two values of one millisecond are one
    mlflow.log_metric(key, value, step=step, **link)


def names(logged):
    return [logged.name, logged.model_id] if LOGGED_MODELS else [logged.artifact_path]


def send(method, path, body):
    """A request as any program would send it, for MLflow's client hides prompts; None if there is no such thing."""
    url = f"{mlflow.get_tracking_uri()}/api/2.0/mlflow/{path}"
    data = None
    if method == "GET":
        url += "?" + urllib.parse.urlencode(body)
    else:
        data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        if refused.code in (400, 404):
            return None
        raise


def holder(model):
    """The version behind the alias, or None."""
    found = send("GET", "registered-models/alias", {"name": model, "alias": CHAMPION})
    return found and int(found["model_version"]["version"])


def versions(model):
    if model in PROMPT_NAMES:  # searches leave prompts out
        return [number for number in range(1, 10) if send("GET", "model-versions/get", {"name": model, "version": number})]
    return [int(found.version) for found in client.search_model_versions(f"name='{model}'")]


def loaded(model):
    """What the champion says that it is."""
    try:
        return {"loaded": str(mlflow.pyfunc.load_model(f"models:/{model}@{CHAMPION}").predict([1])[0])}
    except Exception as refused:  # whatever it is, serving would meet it, too
        return {"error": str(refused)[:300]}


def after_gate(model, before):
    champion = holder(model)
    answer = {"version": champion, "created": sorted(set(versions(model)) - set(before))}
    if champion is not None:
        answer.update(loaded(model))
        send("DELETE", "registered-models/alias", {"name": model, "alias": CHAMPION})
    for number in answer["created"]:
        send("DELETE", "model-versions/delete", {"name": model, "version": str(number)})
    return answer


def say(answer):
    print(json.dumps(answer), file=ANSWERS, flush=True)


def main():
    import shape_catalogue

    uri, suffix, pattern = sys.argv[1:4]
    mlflow.set_tracking_uri(uri)
    shapes = []
    for name, make in shape_catalogue.SHAPES.items():
        if not re.fullmatch(pattern, name):
            continue
        shape = Shape(name, suffix)
        make(shape)
        if shape.gates or shape.baselines:
            shapes.append(shape)
    plain = Shape("plain", suffix)
    with plain.run() as run:
        metric(0.5)
        metric(0.5, key="recall")
    before = {gate["model"]: versions(gate["model"]) for shape in shapes for gate in shape.gates}
    say({
        "plain": run,
        "shapes": [
            {"name": shape.name, "thresholds": shape.thresholds, "gates": shape.gates, "baselines": shape.baselines}
            for shape in shapes
        ],
    })
    for line in sys.stdin:
        model = json.loads(line)["model"]
        say(after_gate(model, before[model]))


if __name__ == "__main__":
    sys.modules["model_shapes"] = sys.modules["__main__"]
    main()
