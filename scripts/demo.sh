#!/usr/bin/env bash
# make demo: a good model passes the gate and becomes champion, a degraded one is refused. With a real MLflow server, and with a
# real Jenkins where the plugin can be built.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/servers.sh"

MODEL=churn-classifier
FINISHED=no

finish() {
    local group
    trap '' INT TERM HUP
    if [ "${KEEP:-}" = 1 ] && [ "$FINISHED" = yes ]; then
        for group in "$MLFLOW" ${JENKINS:-}; do keep "$group"; done
        say "left running: MLflow at $MLFLOW_TRACKING_URI${JENKINS:+, Jenkins at $JENKINS_URL}"
        say "stop them with: make stop"
    else
        end_all
        end_strays
    fi
}

train() {
    say "training a $1 model"
    shift
    quietly training "$DEMO/training.log" "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/train.py" "$@"
    sed -n '/^accuracy /,$p' "$DEMO/training.log" | sed 's/^/    /'
}

# --- without Jenkins -----------------------------------------------------------------------------------------------------------

gate() {
    local status=0
    openly gate "$DEMO/gate.log" java -jar "$ROOT/cli/target/mlflow-eval-gate.jar" check --model "$MODEL" --policy docs/eval_gate.yaml \
        --tag demo.build="$1" --promote champion --json "$2" || status=$?
    say "the gate's exit status is $status"
    return "$status"
}

# The runs of the trainings that follow are those of this build.
tag_runs() {
    local exports
    exports=$(java -jar "$ROOT/cli/target/mlflow-eval-gate.jar" env --tag demo.build="$1") || die "the command env failed"
    eval "$exports"
}

# The registry knows the model's name; the gate makes the versions.
register_model() {
    "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/ask.py" register "$MLFLOW_TRACKING_URI" "$MODEL"
}

command_line_demo() {
    local status=0
    cd "$ROOT"
    say "command line: building cli/target/mlflow-eval-gate.jar"
    quietly "command line" "$LOGS/demo-cli.log" run_maven "$ROOT" -f cli/pom.xml package -Dmaven.test.skip=true
    start_mlflow
    register_model
    tag_runs 1
    train good
    gate 1 "$DEMO/good.json" || die "the good model did not pass the gate"
    tag_runs 2
    train degraded --degraded
    gate 2 "$DEMO/degraded.json" || status=$?
    [ "$status" -eq 1 ] || die "the degraded model was not refused (exit status $status, not 1)"
    check_outcome "$DEMO/good.json" "$DEMO/degraded.json"
    say "This was the command line. The plugin was not built or shown in Jenkins: $WHY_NOT."
}

# --- with Jenkins --------------------------------------------------------------------------------------------------------------

prepare_jenkins() {
    local home=$DEMO/jenkins
    choose_jenkins_url
    mkdir -p "$home/workspace/$MODEL" "$home/jobs/$MODEL"
    cp "$ROOT/scripts/train.py" "$ROOT/docs/eval_gate.yaml" "$home/workspace/$MODEL/"
    "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/ask.py" job "$ROOT/Jenkinsfile.example" >"$home/jobs/$MODEL/config.xml"
    cat >"$DEMO/jenkins.yaml" <<YAML
jenkins:
  systemMessage: "Demonstration of the MLflow evaluation gate"
  numExecutors: 1
unclassified:
  location:
    url: $JENKINS_URL
  mlflow:
    servers:
      - name: demo
        trackingUri: $MLFLOW_TRACKING_URI
YAML
}

jenkins_demo() {
    start_mlflow
    register_model
    prepare_jenkins
    # shellcheck disable=SC2016 # Jenkins replaces these variables itself
    start_jenkins "job/$MODEL/api/json" '-Djenkins.model.Jenkins.workspacesDir=${JENKINS_HOME}/workspace/${ITEM_FULL_NAME}'
    openly builds "$DEMO/builds.log" "$CACHE/mlflow-3/bin/python" -u "$ROOT/scripts/ask.py" builds \
        "$JENKINS_URL" "$MODEL" "$DEMO/good.json" "$DEMO/degraded.json" \
        || die "the builds did not end as they should; see .demo/builds.log and .demo/jenkins.log"
    check_outcome "$DEMO/good.json" "$DEMO/degraded.json"
}

# --- both ----------------------------------------------------------------------------------------------------------------------

check_outcome() {
    "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/ask.py" outcome "$MLFLOW_TRACKING_URI" "$MODEL" "$1" "$2" \
        || die "the outcome is not one promotion and one refusal"
    say "loading the champion from the model registry"
    quietly champion "$DEMO/champion.log" "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/champion.py" "$MODEL" \
        || die "the champion cannot be loaded, or does not predict; see .demo/champion.log"
    grep '^models:/' "$DEMO/champion.log" | sed 's/^/    /'
    say "One promotion and one refusal, as it should be."
}

end_kept
rm -rf "$DEMO"
mkdir -p "$DEMO"
on_exit finish

server_environment
environment_3
maven
probe_plugin
case $PLUGIN in
    buildable) jenkins_demo ;;
    broken) die "the plugin cannot be built" ;;
    *)
        say "The plugin cannot be built here: $WHY_NOT. The command line shows the gate instead."
        command_line_demo
        ;;
esac
FINISHED=yes
