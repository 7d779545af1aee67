#!/usr/bin/env bash
# make bench: measures speed and size, prints the tables and writes them into docs/dev/performance.md. For figures to keep, leave the
# machine alone meanwhile. REPETITIONS (default 15) is how often each whole process is started; JMH is how long the engine runs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
on_exit end

REPETITIONS=${REPETITIONS:-15}
JMH=${JMH:--f 2 -wi 5 -w 1 -i 8 -r 1}
PAGE=$ROOT/docs/dev/performance.md
TABLES=$CACHE/bench
PYTHON_3=$CACHE/mlflow-3/bin/python
BENCH_JAR=$ROOT/bench/target/bench.jar

end() {
    end_all
    rm -rf "$TABLES/mlflow"
}

build() {
    say "building the command line and the measurements"
    quietly "command line" "$LOGS/bench-build.log" run_maven "$ROOT" -f cli/pom.xml package -Dmaven.test.skip=true
    quietly "measurements" "$LOGS/bench-build.log" run_maven "$ROOT" -f bench/pom.xml package
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

against_script() {
    start_mlflow
    say "against a script: $REPETITIONS turns"
    openly script "$LOGS/bench-script.log" "$PYTHON_3" "$ROOT/bench/against_script.py" \
        "$ROOT/cli/target/mlflow-eval-gate" "$ROOT/cli/target/mlflow-eval-gate.jar" "$TABLES/1-script.md" "$REPETITIONS"
    end_group "$MLFLOW"
}

against_limit() {
    say "against the limit"
    openly limit "$LOGS/bench-limit.log" java -cp "$BENCH_JAR" \
        io.jenkins.plugins.mlflow.gate.AgainstTheLimit "$TABLES/2-limit.md" "$REPETITIONS"
}

engine() {
    say "engine: JMH"
    # shellcheck disable=SC2086 # several settings
    quietly engine "$LOGS/bench-engine.log" java -jar "$BENCH_JAR" $JMH -prof gc -rf json -rff "$TABLES/engine.json"
    "$PYTHON_3" "$ROOT/bench/tables.py" engine "$TABLES/engine.json" >"$TABLES/3-engine.md"
    cat "$TABLES/3-engine.md"
}

in_jenkins() {
    probe_plugin
    if [ "$PLUGIN" != buildable ]; then
        say "The plugin was not measured in Jenkins: ${WHY_NOT:-its build is broken}."
        return
    fi
    say "in Jenkins"
    openly jenkins "$LOGS/bench-jenkins.log" run_maven "$ROOT" package -Dtest='*Bench' -Dsurefire.failIfNoSpecifiedTests=false \
        -Dexcluded.tests= -Dbench.tables="$TABLES" \
        '-DargLine=-Xms1g -Xmx4g @{jenkins.addOpens} @{jenkins.insaneHook} @{jenkins.javaAgent}'
    "$PYTHON_3" "$ROOT/bench/tables.py" size "$ROOT"/target/*.hpi >>"$TABLES/5-records.md"
}

rm -rf "$TABLES"
mkdir -p "$TABLES" "$LOGS"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false GIT_PYTHON_REFRESH=quiet
export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
unset MLFLOW_TRACKING_USERNAME MLFLOW_TRACKING_PASSWORD MLFLOW_TRACKING_TOKEN MLFLOW_WORKSPACE MLFLOW_RUN_ID MLFLOW_EXPERIMENT_ID
environment_3
maven
build
against_script
against_limit
engine
in_jenkins
"$PYTHON_3" "$ROOT/bench/tables.py" page "$PAGE" "$TABLES"
say "The figures are in docs/dev/performance.md."
