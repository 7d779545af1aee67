#!/usr/bin/env bash
# make bench: measures speed and size, prints the tables and writes them into docs/dev/performance.md. For figures to keep, leave the
# machine alone meanwhile. REPETITIONS (default 15) is how often each whole process is started; JMH is how long the engine runs.
# BASE=<commit> builds that commit, too, measures it right before, each by its own measurements, and prints both side by side; the
# page is then left as it is.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
on_exit end

REPETITIONS=${REPETITIONS:-15}
JMH=${JMH:--f 2 -wi 12 -w 1 -i 8 -r 1}
PAGE=$ROOT/docs/dev/performance.md
TABLES=$CACHE/bench
PYTHON_3=$CACHE/mlflow-3/bin/python
BASE=${BASE:-}

end() {
    end_all
    rm -rf "$TABLES/mlflow"
}

# The tree of a commit, without its history.
check_out() {
    rm -rf "$CACHE/base"
    mkdir -p "$CACHE/base"
    git -C "$ROOT" archive "$BASE" | tar -x -C "$CACHE/base" || die "there is no commit $BASE"
}

build() {
    say "building the command line and the measurements in $1"
    quietly "command line" "$LOGS/bench-build.log" run_maven "$1" -f cli/pom.xml package -Dmaven.test.skip=true
    quietly "measurements" "$LOGS/bench-build.log" run_maven "$1" -f bench/pom.xml package
}

start_mlflow() {
    local port
    port=$("$PYTHON_3" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export MLFLOW_TRACKING_URI=http://127.0.0.1:$port
    say "mlflow: starting a server"
    mkdir -p "$TABLES/mlflow"
    start "$LOGS/bench-mlflow.log" "$PYTHON_3" -m mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
        --backend-store-uri "sqlite:///$TABLES/mlflow/mlflow.db" --artifacts-destination "$TABLES/mlflow/artifacts"
    MLFLOW=$STARTED
    await 240 "$MLFLOW" "$PYTHON_3" "$ROOT/scripts/ask.py" answers "$MLFLOW_TRACKING_URI/health" \
        || die "the MLflow server did not come up; see .cache/logs/bench-mlflow.log"
}

# Each measures the tree $1, writes its table into the directory $2, and tells by its status whether all of it went well.
against_script() {
    say "against a script: $REPETITIONS turns"
    openly script "$LOGS/bench-script.log" "$PYTHON_3" "$ROOT/bench/against_script.py" \
        "$1/cli/target/mlflow-eval-gate" "$1/cli/target/mlflow-eval-gate.jar" "$2/1-script.md" "$REPETITIONS"
}

against_limit() {
    say "against the limit"
    openly limit "$LOGS/bench-limit.log" java -cp "$1/bench/target/bench.jar" \
        io.jenkins.plugins.mlflow.gate.AgainstTheLimit "$2/2-limit.md" "$REPETITIONS"
}

engine() {
    say "engine: JMH"
    # shellcheck disable=SC2086 # several settings
    quietly engine "$LOGS/bench-engine.log" java -jar "$1/bench/target/bench.jar" $JMH -prof gc -rf json -rff "$2/engine.json" \
        && "$PYTHON_3" "$ROOT/bench/tables.py" engine "$2/engine.json" >"$2/3-engine.md" \
        && cat "$2/3-engine.md"
}

in_jenkins() {
    if [ "$PLUGIN" != buildable ]; then
        say "The plugin was not measured in Jenkins: ${WHY_NOT:-its build is broken}."
        return
    fi
    say "in Jenkins"
    openly jenkins "$LOGS/bench-jenkins.log" run_maven "$1" package -Dtest='*Bench' -Dsurefire.failIfNoSpecifiedTests=false \
        -Dexcluded.tests= -Dbench.tables="$2" \
        '-DargLine=-Xms1g -Xmx4g @{jenkins.addOpens} @{jenkins.insaneHook} @{jenkins.javaAgent}' \
        && "$PYTHON_3" "$ROOT/bench/tables.py" size "$1"/target/*.hpi >>"$2/5-records.md"
}

# The measure $1 of the base, if there is one, and then of this tree.
measure() {
    if [ -n "$BASE" ]; then
        say "base, $BASE:"
        "$1" "$CACHE/base" "$TABLES/base" \
            || say "The base failed at this measurement, which continues with this tree."
        say "now:"
    fi
    "$1" "$ROOT" "$TABLES"
}

rm -rf "$TABLES"
mkdir -p "$TABLES" "$LOGS"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false GIT_PYTHON_REFRESH=quiet
export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
unset MLFLOW_TRACKING_USERNAME MLFLOW_TRACKING_PASSWORD MLFLOW_TRACKING_TOKEN MLFLOW_WORKSPACE MLFLOW_RUN_ID MLFLOW_EXPERIMENT_ID
environment_3
maven
probe_plugin
if [ -n "$BASE" ]; then
    mkdir -p "$TABLES/base"
    check_out
    build "$CACHE/base"
fi
build "$ROOT"
start_mlflow
measure against_script
end_group "$MLFLOW"
measure against_limit
measure engine
measure in_jenkins
if [ -n "$BASE" ]; then
    "$PYTHON_3" "$ROOT/bench/tables.py" compare "$TABLES/base" "$TABLES" | tee "$TABLES/compared.txt"
else
    "$PYTHON_3" "$ROOT/bench/tables.py" page "$PAGE" "$TABLES"
    say "The figures are in docs/dev/performance.md."
fi
