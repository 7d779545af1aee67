"""The shapes: how training scripts leave runs, models and versions behind, and what a gate may make of each.

Every gate asks for an accuracy of 0.9 at least. A promotion is written "label=value": the model that must answer behind the alias, and its
own accuracy. Where several answers are listed, the contract leaves open which; no list holds a model that did not pass by itself.
"""

import mlflow
from mlflow.entities import Metric
from model_shapes import (
    LOGGED_MODELS,
    NO_BASELINE,
    NO_VALUE,
    PROMPT_NAMES,
    PROMPTS,
    REFUSED,
    UNTOLD,
    client,
    metric,
    names,
)

SHAPES = {}


def shape(make):
    SHAPES[make.__name__] = make
    return make


def only_mlflow3(make):
    return shape(make) if LOGGED_MODELS else make


# One run, one model


@shape
def metrics_only(s):
    with s.run() as run:
        metric(0.95)
    s.by_run(run, "NOT_FOUND")
    s.by_run(run, "NOT_FOUND", path="churn_model")
    s.by_run(run, "PASSED=0.95", promote=False)
    s.by_newest("NOT_FOUND")


@shape
def one_model(s):
    with s.run() as run:
        good = s.log("good")
        metric(0.95)
    s.by_run(run, "good=0.95")
    s.by_run(run, "good=0.95", path="model")
    s.by_run(run, *(("NOT_FOUND", *UNTOLD) if LOGGED_MODELS else ("NOT_FOUND",)), path="other")
    s.by_newest("good=0.95")
    s.by_model_id(good, "good=0.95")
    s.by_run(run, "NOT_FOUND", model=s.model + "-absent")


@shape
def one_poor_model(s):
    with s.run() as run:
        poor = s.log("poor")
        metric(0.8)
    version = s.register(f"runs:/{run}/model")
    s.by_run(run, "FAILED=0.8")
    s.by_model_id(poor, "FAILED=0.8")
    s.by_version(version, "FAILED=0.8")
    s.baseline(version, "0.8")


@shape
def another_name(s):
    with s.run() as run:
        good = s.log("good", "churn_model")
        metric(0.95)
    s.by_run(run, "good=0.95" if LOGGED_MODELS else "NOT_FOUND")
    s.by_run(run, "good=0.95", path="churn_model")
    s.by_newest("good=0.95", path="churn_model")
    s.by_model_id(good, "good=0.95")


@shape
def nested_path(s):
    with s.run() as run:
        if LOGGED_MODELS:
            s.save("good", "a/b/model")  # names of logged models hold no slash
        else:
            s.log("good", "a/b/model")
        metric(0.95)
    s.by_run(run, "NOT_FOUND")
    s.by_run(run, "good=0.95", path="a/b/model")


@shape
def artifacts_of_the_run(s):
    with s.run() as run:
        s.save("good", "model")
        metric(0.95)
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    version = s.register(f"runs:/{run}/model")
    s.by_version(version, "good=0.95")
    s.by_run(run, "good=0.95", path="model")
    s.baseline(version, "0.95")


@only_mlflow3
def logged_model_and_artifacts_of_the_run(s):
    with s.run() as run:
        s.save("artifacts", "model")
        logged = s.log("logged", "clf")
        metric(0.95, logged)
    s.by_run(run, "logged=0.95")
    s.by_run(run, *UNTOLD, path="model")
    s.by_run(run, "logged=0.95", path="clf")


@shape
def artifacts_without_a_model(s):
    with s.run() as run:
        mlflow.log_text("no model", "model/readme.txt")
        metric(0.95)
    s.by_run(run, "NOT_FOUND")
    version = s.registered(client.create_model_version(s.model, f"runs:/{run}/model", run_id=run).version)
    s.by_version(version, "NOT_FOUND", "CONFLICT")
    s.by_run(run, "NOT_FOUND", "CONFLICT")


@shape
def metric_before_the_model(s):
    with s.run() as run:
        metric(0.95)
        s.log("good")
    s.by_run(run, "good=0.95")


@shape
def metric_at_another_step(s):
    with s.run() as run:
        good = s.log("good")
        metric(0.95, step=5)
    version = s.register(f"runs:/{run}/model")
    s.by_run(run, "good=0.95")
    s.by_model_id(good, "good=0.95")
    s.by_version(version, "good=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def metric_of_the_model_and_of_the_run(s):
    with s.run() as run:
        good = s.log("good")
        metric(0.95)
        metric(0.5, step=5)  # linked to no model
    s.by_run(run, "good=0.95")
    s.by_model_id(good, "good=0.95")


@shape
def worse_later(s):
    with s.run() as run:
        metric(0.95)
        s.log("poor")
        metric(0.6)
    s.by_run(run, "FAILED=0.6")


# Several models of one run


def two(s, first, second, **values):
    """Two models, with metrics of their own; before MLflow 3 a run's metrics are its own."""
    with s.run() as run:
        models = [s.log(name, name) for name in (first, second)]
        for model, name in zip(models, (first, second)):
            if name in values:
                metric(values[name], model)
    return run, *models


@shape
def two_models(s):
    run, rf, gb = two(s, "rf", "gb", rf=0.8, gb=0.97)
    if not LOGGED_MODELS:
        s.by_run(run, "NOT_FOUND")
        s.by_run(run, "gb=0.97", path="gb")
        s.by_run(run, "rf=0.97", path="rf")
        return
    told = [names(rf), names(gb)]
    s.by_run(run, *UNTOLD, says=told)
    s.by_run(run, "INCONCLUSIVE", promote=False, says=told)
    s.by_run(run, "gb=0.97", path="gb")
    s.by_run(run, "FAILED=0.8", path="rf")
    s.by_newest(*UNTOLD, says=told)
    s.by_model_id(rf, "FAILED=0.8")
    s.by_model_id(gb, "gb=0.97")


@shape
def two_models_both_registered(s):
    run, rf, gb = two(s, "rf", "gb", rf=0.8, gb=0.97)
    good = s.register(f"runs:/{run}/gb")
    poor = s.register(f"runs:/{run}/rf")
    s.by_version(good, "gb=0.97")
    s.by_version(good, "gb=0.97", *REFUSED, path="rf")
    s.by_run(run, "gb=0.97", path="gb")
    s.baseline(good, "0.97")
    if LOGGED_MODELS:
        s.by_run(run, *UNTOLD, says=[names(rf), names(gb)])
        s.by_newest(*UNTOLD)
        s.by_nothing("FAILED=0.8")
        s.by_version(poor, "FAILED=0.8")
        s.by_model_id(gb, "gb=0.97")
        s.by_model_id(gb, "gb=0.97", *REFUSED, path="rf")
        s.by_version(good, "gb=0.97", evaluation=run)
        s.by_version(poor, "FAILED=0.8", evaluation=run)
        s.baseline(poor, "0.8")


@shape
def model_and_explainer(s):
    run, _, _ = two(s, "model", "explainer", model=0.95)
    first = s.register(f"runs:/{run}/model")
    second = s.register(f"runs:/{run}/explainer")
    s.by_run(run, "model=0.95")
    s.by_run(run, "model=0.95", path="model")
    s.by_newest("model=0.95")
    s.by_version(first, "model=0.95")
    s.baseline(first, "0.95")
    if LOGGED_MODELS:
        s.by_run(run, "INCONCLUSIVE", path="explainer")
        s.by_nothing("INCONCLUSIVE")
        s.by_version(second, "INCONCLUSIVE")
        s.baseline(second, *NO_VALUE)
    else:
        s.by_run(run, "explainer=0.95", path="explainer")
        s.by_version(second, "explainer=0.95")


@only_mlflow3
def only_the_second_has_metrics(s):
    run, none, tuned = two(s, "none", "tuned", tuned=0.97)
    first = s.register(f"runs:/{run}/none")
    second = s.register(f"runs:/{run}/tuned")
    s.by_run(run, "tuned=0.97")
    s.by_run(run, "INCONCLUSIVE", path="none", says=[names(tuned)], hides=0.97)
    s.by_run(run, "tuned=0.97", path="tuned")
    s.by_newest("tuned=0.97")
    s.by_model_id(none, "INCONCLUSIVE")
    s.by_version(first, "INCONCLUSIVE", says=[names(tuned)], hides=0.97)
    s.by_version(second, "tuned=0.97")
    s.baseline(first, *NO_VALUE)
    s.baseline(second, "0.97")


@only_mlflow3
def only_the_unregistered_one_has_metrics(s):
    with s.run() as run:
        s.log("base", "base", registered_model_name=s.model)
        tuned = s.log("tuned", "tuned")
        metric(0.95, tuned)
    s.registered(1)
    s.by_nothing("INCONCLUSIVE", says=[names(tuned)], hides=0.95)
    s.by_version(1, "INCONCLUSIVE", says=[names(tuned)], hides=0.95)
    s.by_run(run, "tuned=0.95")
    s.baseline(1, *NO_VALUE)


@only_mlflow3
def the_default_name_has_no_metrics(s):
    run, model, tuned = two(s, "model", "tuned", tuned=0.97)
    s.by_run(run, "INCONCLUSIVE", says=[names(tuned)], hides=0.97)
    s.by_newest("INCONCLUSIVE")
    s.by_run(run, "tuned=0.97", path="tuned")
    s.by_model_id(model, "INCONCLUSIVE")


@only_mlflow3
def two_models_of_one_value(s):
    run, rf, gb = two(s, "rf", "gb", rf=0.95, gb=0.95)
    version = s.register(f"models:/{rf.model_id}")
    told = [names(rf), names(gb)]
    s.by_run(run, "CONFLICT", says=told)
    s.by_run(run, "INCONCLUSIVE", promote=False, says=told)
    s.by_newest("CONFLICT")
    s.by_run(run, "gb=0.95", path="gb")
    s.by_version(version, "rf=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def metric_before_two_models(s):
    with s.run() as run:
        metric(0.95)
        rf, gb = s.log("rf", "rf"), s.log("gb", "gb")
    s.by_run(run, "CONFLICT", says=[names(rf), names(gb)])
    s.by_run(run, "gb=0.95", path="gb")
    s.by_model_id(rf, "rf=0.95")


@only_mlflow3
def metric_before_two_models_one_of_the_default_name(s):
    with s.run() as run:
        metric(0.95)
        s.log("model", "model")
        s.log("other", "other")
    s.by_run(run, "model=0.95")
    s.by_run(run, "other=0.95", path="other")


@only_mlflow3
def metric_after_two_models(s):
    with s.run() as run:
        first, second = s.log("first", "first"), s.log("second", "second")
        metric(0.95)  # MLflow links it to the first
    s.by_run(run, "first=0.95")
    s.by_run(run, "INCONCLUSIVE", path="second")
    s.by_model_id(second, "INCONCLUSIVE", says=[names(first)], hides=0.95)


@only_mlflow3
def metric_between_two_models(s):
    with s.run() as run:
        metric(0.95)
        first = s.log("first", "first")
        metric(0.7)
        second = s.log("second", "second")
        metric(0.97)
    # MLflow: the first has all three, the second 0.95 and 0.7
    s.by_run(run, *UNTOLD)
    s.by_run(run, "first=0.97", path="first")
    s.by_run(run, "FAILED=0.7", path="second")
    s.by_model_id(second, "FAILED=0.7")


@shape
def metric_at_another_step_of_two_models(s):
    with s.run() as run:
        rf = s.log("rf", "rf")
        gb = s.log("gb", "gb")
        metric(0.95, step=5)
    s.by_run(run, *(UNTOLD if LOGGED_MODELS else ("NOT_FOUND",)))
    s.by_run(run, "gb=0.95", path="gb")
    s.by_run(run, "rf=0.95", path="rf")
    s.by_model_id(gb, "gb=0.95")


@shape
def two_metrics_of_two_models(s):
    s.thresholds = {"accuracy": 0.9, "recall": 0.9}
    with s.run() as run:
        rf, gb = s.log("rf", "rf"), s.log("gb", "gb")
        metric(0.95, rf)
        metric(0.95, gb, key="recall")
    if LOGGED_MODELS:
        s.by_run(run, *UNTOLD)
        s.by_run(run, "INCONCLUSIVE", path="rf")
        s.by_run(run, "INCONCLUSIVE", path="gb")
        s.by_model_id(rf, "INCONCLUSIVE")
    version = s.register(f"runs:/{run}/rf")
    s.by_version(version, "INCONCLUSIVE" if LOGGED_MODELS else "rf=0.95")


@only_mlflow3
def every_gated_metric_tells_the_model(s):
    s.thresholds = {"accuracy": 0.9, "recall": 0.9}
    with s.run() as run:
        rf, gb = s.log("rf", "rf"), s.log("gb", "gb")
        metric(0.95, gb)
        metric(0.95, gb, key="recall")
        metric(0.97, rf)
    s.by_run(run, "gb=0.95")
    s.by_newest("gb=0.95")
    s.by_run(run, "INCONCLUSIVE", path="rf")


@shape
def checkpoints(s):
    with s.run() as run:
        made = []
        for step, value in ((1, 0.8), (2, 0.95), (3, 0.85)):
            options = {"step": step} if LOGGED_MODELS else {}
            metric(value, step=step)
            made.append(s.log(f"at-{step}", f"ckpt-{step}", **options))
    second = s.register(f"runs:/{run}/ckpt-2")
    third = s.register(f"runs:/{run}/ckpt-3")
    s.by_version(third, "FAILED=0.85")
    s.baseline(third, "0.85")
    if LOGGED_MODELS:
        s.by_run(run, *UNTOLD, says=[names(each) for each in made])
        s.by_newest(*UNTOLD)
        s.by_run(run, "at-2=0.95", path="ckpt-2")
        s.by_run(run, "FAILED=0.85", path="ckpt-3")
        s.by_model_id(made[1], "at-2=0.95")
        s.by_version(second, "at-2=0.95")
        s.baseline(second, "0.95")
    else:
        s.by_run(run, "NOT_FOUND", "FAILED=0.85")
        s.by_run(run, "FAILED=0.85", path="ckpt-2")  # the run's value is all there is


@only_mlflow3
def checkpoints_of_one_name(s):
    with s.run() as run:
        made = []
        for step, value in ((1, 0.95), (2, 0.8)):
            metric(value, step=step)
            made.append(s.log(f"at-{step}", step=step))
    version = s.register(f"models:/{made[0].model_id}")
    s.by_run(run, *UNTOLD, says=[[None, each.model_id] for each in made])
    s.by_run(run, *UNTOLD, path="model")
    s.by_model_id(made[0], "at-1=0.95")
    s.by_model_id(made[1], "FAILED=0.8")
    s.by_version(version, "at-1=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def two_of_one_name_and_one_has_metrics(s):
    with s.run() as run:
        first, second = s.log("first"), s.log("second")
        metric(0.95, first)
    s.by_run(run, "first=0.95")
    s.by_model_id(second, "INCONCLUSIVE", says=[[None, first.model_id]])


# Versions, however they were made


@shape
def registered_before_the_metrics(s):
    with s.run() as run:
        s.log("good", registered_model_name=s.model)
        metric(0.95)
    s.registered(1)
    s.by_nothing("good=0.95")
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    s.by_version(1, "good=0.95")
    s.by_version(1, "good=0.95", evaluation=run)
    s.baseline(1, "0.95")


@shape
def registered_by_run_uri(s):
    with s.run() as run:
        good = s.log("good", "clf")
        metric(0.95)
    version = s.register(f"runs:/{run}/clf")
    s.by_version(version, "good=0.95")
    s.by_run(run, "good=0.95", path="clf")
    s.by_model_id(good, "good=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def registered_by_model_uri(s):
    with s.run() as run:
        good = s.log("good", "clf")
        metric(0.95)
    version = s.register(f"models:/{good.model_id}")
    s.by_version(version, "good=0.95")
    s.by_run(run, "good=0.95")
    s.by_model_id(good, "good=0.95")
    s.baseline(version, "0.95")


@shape
def registered_by_raw_run_uri(s):
    with s.run() as run:
        s.log("good")
        metric(0.95)
    version = s.registered(client.create_model_version(s.model, f"runs:/{run}/model", run_id=run).version)
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    if LOGGED_MODELS:  # the server takes it, and nobody can load it
        s.by_version(version, "NOT_FOUND", *UNTOLD)
        s.baseline(version, "0.95", *NO_BASELINE)
    else:
        s.by_version(version, "good=0.95")
        s.baseline(version, "0.95")


@shape
def registered_by_artifact_uri(s):
    with s.run() as run:
        good, poor = s.log("good", "good"), s.log("poor", "poor")
        metric(0.95, good)
        if LOGGED_MODELS:
            metric(0.8, poor)
    made = []
    for model in (good, poor):
        if LOGGED_MODELS:
            source = client.get_logged_model(model.model_id).artifact_location
            made.append(client.create_model_version(s.model, source, run_id=run, model_id=model.model_id))
        else:
            source = f"{client.get_run(run).info.artifact_uri}/{model.artifact_path}/"
            made.append(client.create_model_version(s.model, source, run_id=run))
    first, second = (s.registered(each.version) for each in made)
    s.by_version(first, "good=0.95")
    s.by_run(run, "good=0.95", path="good")
    s.by_version(second, "FAILED=0.8" if LOGGED_MODELS else "poor=0.95")
    s.by_run(run, "FAILED=0.8" if LOGGED_MODELS else "poor=0.95", path="poor")
    s.baseline(first, "0.95")
    if LOGGED_MODELS:
        s.baseline(second, "0.8")


@shape
def registered_without_a_run(s):
    with s.run() as run:
        good = s.log("good")
        metric(0.95)
    if LOGGED_MODELS:  # the server fills in the run
        made = client.create_model_version(s.model, f"models:/{good.model_id}", model_id=good.model_id)
    else:
        made = client.create_model_version(s.model, f"runs:/{run}/model")
    version = s.registered(made.version)
    s.by_run(run, "good=0.95")
    s.by_version(version, "good=0.95", *(() if LOGGED_MODELS else REFUSED))
    s.baseline(version, "0.95", *(() if LOGGED_MODELS else NO_BASELINE))


@shape
def source_of_another_run(s):
    """The version says that it is of the good run, but its files are another run's."""
    with s.run() as other:
        poor = s.log("poor")
        metric(0.8)
    with s.run() as run:
        good = s.log("good")
        metric(0.95)
    if LOGGED_MODELS:
        made = client.create_model_version(s.model, f"models:/{poor.model_id}", run_id=run, model_id=poor.model_id)
    else:
        made = client.create_model_version(s.model, f"runs:/{other}/model", run_id=run)
    version = s.registered(made.version)
    s.by_version(version, "FAILED=0.8", "NOT_FOUND", *UNTOLD)
    s.by_nothing("FAILED=0.8", "NOT_FOUND", *UNTOLD)
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    s.by_model_id(good, "good=0.95")
    s.by_model_id(poor, "FAILED=0.8")
    s.baseline(version, "0.8", *NO_BASELINE)


@shape
def two_runs(s):
    with s.run() as first:
        s.log("good", registered_model_name=s.model)
        metric(0.95)
    with s.run() as second:
        s.log("poor", registered_model_name=s.model)
        metric(0.8)
    s.registered(1), s.registered(2)
    s.by_nothing("FAILED=0.8")
    s.by_newest("FAILED=0.8")
    s.by_run(first, "good=0.95")
    s.by_run(second, "FAILED=0.8")
    s.by_version(1, "good=0.95")
    s.by_version(2, "FAILED=0.8")
    s.baseline(1, "0.95")
    s.baseline(2, "0.8")


@shape
def registered_twice(s):
    with s.run() as run:
        s.log("good")
        metric(0.95)
    s.register(f"runs:/{run}/model"), s.register(f"runs:/{run}/model")
    with s.run():
        s.log("poor", registered_model_name=s.model)
        metric(0.8)
    s.by_run(run, "good=0.95")
    s.by_version(1, "good=0.95")


@shape
def copied(s):
    staging = s.model + "-staging"
    client.create_registered_model(staging)
    with s.run() as run:
        poor, good = s.log("poor", "poor"), s.log("good", "good")
        metric(0.8, poor)
        metric(0.95, good)
    for name in ("poor", "good"):
        s.register(f"runs:/{run}/{name}", staging)
    first = s.registered(client.copy_model_version(f"models:/{staging}/1", s.model).version)
    second = s.registered(client.copy_model_version(f"models:/{staging}@is-2", s.model).version)
    again = s.model + "-again"
    s.registered(client.copy_model_version(f"models:/{s.model}/{second}", again).version, again)
    s.by_version(first, "FAILED=0.8" if LOGGED_MODELS else "poor=0.95")
    s.by_version(second, "good=0.95")
    s.by_run(run, "good=0.95", path="good")
    s.by_model_id(good, "good=0.95")
    s.by_version(1, "good=0.95", model=again)
    s.baseline(first, "0.8" if LOGGED_MODELS else "0.95")
    s.baseline(second, "0.95")
    s.baseline(1, "0.95", model=again)


@shape
def copied_and_the_original_deleted(s):
    staging = s.model + "-staging"
    with s.run() as run:
        s.log("good", registered_model_name=staging)
        metric(0.95)
    version = s.registered(client.copy_model_version(f"models:/{staging}/1", s.model).version)
    client.delete_registered_model(staging)
    s.by_version(version, "good=0.95", *REFUSED)
    s.by_run(run, "good=0.95")
    s.baseline(version, "0.95", *NO_BASELINE)


@shape
def registered_elsewhere(s):
    with s.run() as run:
        good = s.log("good", registered_model_name=s.model + "-other")
        metric(0.95)
    s.by_run(run, "good=0.95")
    s.by_model_id(good, "good=0.95")
    s.by_nothing("NOT_FOUND")


if PROMPTS:

    @shape
    def prompt(s):
        name = s.model + "-prompt"
        PROMPT_NAMES.add(name)
        mlflow.register_prompt(name, "Hello {{name}}")
        mlflow.set_prompt_alias(name, "is-1", 1)
        with s.run() as run:
            good = s.log("good")
            metric(0.95)
        s.by_run(run, "CONFIGURATION", model=name)
        s.by_newest("CONFIGURATION", model=name)
        s.by_nothing("CONFIGURATION", model=name)
        s.by_version(1, "CONFIGURATION", model=name)
        s.by_version(1, "CONFIGURATION", evaluation=run, model=name)
        s.by_model_id(good, "CONFIGURATION", model=name)
        s.baseline(1, "CONFIGURATION", model=name)


# What is not there any more, or never was


@only_mlflow3
def model_deleted(s):
    with s.run() as run:
        good = s.log("good")
        metric(0.95)
    client.delete_logged_model(good.model_id)
    s.by_run(run, "NOT_FOUND", "CONFLICT")
    s.by_newest("NOT_FOUND", "CONFLICT")
    s.by_model_id(good, "NOT_FOUND")


@only_mlflow3
def model_deleted_after_it_was_registered(s):
    with s.run() as run:
        good = s.log("good", registered_model_name=s.model)
        metric(0.95)
    s.registered(1)
    client.delete_logged_model(good.model_id)  # the version can be loaded until the garbage is collected
    s.by_version(1, "good=0.95", *REFUSED)
    s.by_run(run, "good=0.95", *REFUSED)
    s.by_model_id(good, "NOT_FOUND")
    s.baseline(1, "0.95", *NO_BASELINE)


@only_mlflow3
def one_of_two_models_deleted(s):
    run, gone, _ = two(s, "gone", "poor", gone=0.95, poor=0.8)
    client.delete_logged_model(gone.model_id)
    s.by_run(run, "FAILED=0.8", *REFUSED)
    s.by_run(run, "FAILED=0.8", path="poor")
    s.by_run(run, "NOT_FOUND", *UNTOLD, path="gone")
    s.by_model_id(gone, "NOT_FOUND")


if not LOGGED_MODELS:

    @shape
    def artifacts_deleted(s):
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        with s.run() as run:
            s.log("good", registered_model_name=s.model)
            metric(0.95)
        s.registered(1)
        get_artifact_repository(client.get_run(run).info.artifact_uri).delete_artifacts("model")
        s.by_run(run, "NOT_FOUND", "CONFLICT")
        s.by_version(1, "NOT_FOUND", "CONFLICT")
        s.baseline(1, "0.95")


@shape
def run_deleted(s):
    with s.run() as run:
        good = s.log("good", registered_model_name=s.model)
        metric(0.95)
    s.registered(1)
    client.delete_run(run)
    s.by_run(run, "NOT_FOUND")
    s.by_newest("NOT_FOUND")
    s.by_nothing("NOT_FOUND")
    s.by_version(1, "NOT_FOUND")
    s.by_model_id(good, "NOT_FOUND")
    s.baseline(1, "NOT_FOUND", "CONFLICT")


@only_mlflow3
def external_model(s):
    with s.run() as run:
        agent = mlflow.create_external_model(name="agent")
        metric(0.95, agent)
    refused = ("NOT_FOUND", "CONFIGURATION", *UNTOLD)  # nobody can load it
    s.by_run(run, *refused)
    s.by_newest(*refused)
    s.by_model_id(agent, *refused)
    version = s.register(f"models:/{agent.model_id}")
    s.by_version(version, *refused)
    s.by_run(run, *refused)
    s.by_run(run, "PASSED=0.95", promote=False)
    s.baseline(version, "0.95")


@only_mlflow3
def external_model_without_a_link(s):
    with s.run() as run:
        mlflow.create_external_model(name="agent")
        metric(0.95)
    s.by_run(run, "NOT_FOUND", "CONFIGURATION", *UNTOLD)


@only_mlflow3
def model_never_finished(s):
    with s.run() as run:
        pending = mlflow.initialize_logged_model(name="pending")
        metric(0.95, pending)
    version = s.registered(
        client.create_model_version(s.model, f"models:/{pending.model_id}", model_id=pending.model_id).version)
    s.by_run(run, *REFUSED, waits=True)
    s.by_model_id(pending, *REFUSED, waits=True)
    s.by_version(version, *REFUSED, waits=True)


# Runs that evaluate a model of another run


def trained(s, label="good", name="model", value=None):
    """A registered model, and the training's own value of it if there is one."""
    with s.run() as run:
        model = s.log(label, name)
        if value is not None:
            metric(value, model)
    version = s.register(f"models:/{model.model_id}" if LOGGED_MODELS else f"runs:/{run}/{name}")
    return run, model, version


@only_mlflow3
def evaluated_by_link(s):
    training, good, version = trained(s, value=0.8)
    with s.run() as run:
        metric(0.95, good)
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_model_id(good, "good=0.95")
    s.by_version(version, "FAILED=0.8")
    s.by_run(training, "FAILED=0.8")
    s.baseline(version, "0.8")


@only_mlflow3
def evaluated_worse(s):
    training, good, version = trained(s, value=0.95)
    with s.run() as run:
        metric(0.5, good)
    s.by_run(run, "FAILED=0.5")
    s.by_version(version, "FAILED=0.5", evaluation=run)
    s.by_model_id(good, "FAILED=0.5")
    s.by_version(version, "good=0.95")
    s.by_run(training, "good=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def evaluated_but_never_by_the_training(s):
    training, good, version = trained(s)
    with s.run() as run:
        metric(0.95, good)
    s.by_version(version, "good=0.95")
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_run(run, "good=0.95")
    s.baseline(version, "0.95")


@only_mlflow3
def evaluated_and_not_registered(s):
    with s.run():
        good = s.log("good", "clf")
    with s.run() as run:
        metric(0.95, good)
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    s.by_model_id(good, "good=0.95")


@only_mlflow3
def evaluated_by_active_model(s):
    from mlflow.tracking.fluent import clear_active_model

    _, good, version = trained(s, value=0.8)
    mlflow.set_active_model(model_id=good.model_id)
    try:
        with s.run() as run:
            metric(0.95)
    finally:
        clear_active_model()
    s.by_run(run, "good=0.95")
    s.by_newest("good=0.95")
    s.by_version(version, "good=0.95", evaluation=run)


@only_mlflow3
def evaluated_by_input_alone(s):
    from mlflow.entities import LoggedModelInput

    _, good, version = trained(s, value=0.8)
    _, _, other = trained(s, "other", value=0.8)
    with s.run() as run:
        client.log_inputs(run, models=[LoggedModelInput(good.model_id)])
        client.log_metric(run, "accuracy", 0.95)
    s.by_run(run, "good=0.95")
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_version(other, "CONFLICT", evaluation=run)


@only_mlflow3
def evaluated_by_client(s):
    """MlflowClient links the metric to the model, but the run does not name the model."""
    _, good, version = trained(s, value=0.8)
    _, _, other = trained(s, "other", value=0.8)
    with s.run() as run:
        client.log_metric(run, "accuracy", 0.95, model_id=good.model_id)
    with s.run() as batch:
        now = client.get_run(batch).info.start_time
        client.log_batch(batch, metrics=[Metric("accuracy", 0.96, now, 0, model_id=good.model_id)])
    s.by_run(run, "good=0.95", "NOT_FOUND", *UNTOLD)
    s.by_run(batch, "good=0.96", "NOT_FOUND", *UNTOLD)
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_version(version, "good=0.96", evaluation=batch)
    s.by_version(other, *UNTOLD, evaluation=run)
    s.by_version(other, *UNTOLD, evaluation=batch)


@only_mlflow3
def evaluated_another_model(s):
    _, first, version = trained(s, "first", value=0.8)
    training, second, other = trained(s, "second", value=0.97)
    with s.run() as run:
        metric(0.95, second)
    s.by_version(version, "CONFLICT", evaluation=run)
    s.by_version(other, "second=0.95", evaluation=run)
    s.by_run(run, "second=0.95")
    # The training of another model is no evaluation of this one.
    s.by_version(version, *UNTOLD, evaluation=training)
    s.by_version(other, "second=0.97", evaluation=training)


@only_mlflow3
def evaluated_two_models(s):
    _, good, version = trained(s, "good", "good", value=0.8)
    _, poor, other = trained(s, "poor", "poor", value=0.97)
    with s.run() as run:
        metric(0.95, good)
        metric(0.5, poor)
    s.by_run(run, *UNTOLD, says=[names(good), names(poor)])
    s.by_newest(*UNTOLD)
    s.by_version(version, "good=0.95", *UNTOLD, evaluation=run)
    s.by_version(other, "FAILED=0.5", *UNTOLD, evaluation=run)
    s.by_model_id(good, "good=0.95")
    s.by_model_id(poor, "FAILED=0.5")


@only_mlflow3
def evaluated_two_models_to_one_value(s):
    _, first, version = trained(s, "first", "first", value=0.8)
    _, second, _ = trained(s, "second", "second", value=0.8)
    with s.run() as run:
        metric(0.95, first)
        metric(0.95, second)
    s.by_run(run, "CONFLICT", says=[names(first), names(second)])
    s.by_run(run, "INCONCLUSIVE", promote=False)
    s.by_version(version, "first=0.95", "CONFLICT", evaluation=run)


@only_mlflow3
def evaluated_twice(s):
    _, good, version = trained(s)
    with s.run() as first:
        metric(0.95, good)
    with s.run() as second:
        metric(0.7, good)
    s.by_model_id(good, "FAILED=0.7")
    s.by_version(version, "FAILED=0.7", "INCONCLUSIVE")
    s.by_version(version, "good=0.95", evaluation=first)
    s.by_version(version, "FAILED=0.7", evaluation=second)
    s.by_newest("FAILED=0.7")


@only_mlflow3
def trained_one_and_evaluated_another(s):
    _, good, version = trained(s, value=0.8)
    with s.run() as run:
        own = s.log("own", "own")
        metric(0.95, good)
    s.by_run(run, "INCONCLUSIVE", says=[names(good)], hides=0.95)
    s.by_newest("INCONCLUSIVE")
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_model_id(own, "INCONCLUSIVE")


@shape
def evaluated_by_hand(s):
    training, _, version = trained(s, value=0.8)
    with s.run() as run:
        metric(0.95)
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_version(version, "FAILED=0.8")
    s.by_run(run, "NOT_FOUND")
    s.by_newest("NOT_FOUND")
    s.by_version(version, "FAILED=0.8", evaluation=training)
    s.baseline(version, "0.8")


@shape
def evaluated_by_hand_and_never_by_the_training(s):
    _, _, version = trained(s)
    with s.run() as run:
        metric(0.95)
    s.by_version(version, "good=0.95", evaluation=run)
    s.by_version(version, "MISSING")
    s.baseline(version, "NO_BASELINE")


@shape
def evaluated_without_the_metric(s):
    _, good, version = trained(s, value=0.95)
    with s.run() as run:
        metric(0.95, good, key="recall")
    s.by_version(version, "MISSING", evaluation=run)
    s.by_version(version, "good=0.95")


@shape
def evaluation_deleted(s):
    _, good, version = trained(s, value=0.95)
    with s.run() as run:
        metric(0.95, good)
    client.delete_run(run)
    s.by_version(version, "NOT_FOUND", evaluation=run)
    s.by_run(run, "NOT_FOUND")
    s.by_version(version, "good=0.95")
