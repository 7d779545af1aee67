# A real MLflow server and a real Jenkins with the plugin, their files in $DEMO. Needs lib.sh and setup.sh.

# So that the server and its clients ask nobody else, give up soon, and use nobody's credentials.
server_environment() {
    export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
    export MLFLOW_HTTP_REQUEST_MAX_RETRIES=2 GIT_PYTHON_REFRESH=quiet PYTHONWARNINGS=ignore
    export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
    unset MLFLOW_TRACKING_USERNAME MLFLOW_TRACKING_PASSWORD MLFLOW_TRACKING_TOKEN MLFLOW_WORKSPACE MLFLOW_RUN_ID MLFLOW_EXPERIMENT_ID
}

free_port() {
    "$CACHE/mlflow-3/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

answers() {
    "$CACHE/mlflow-3/bin/python" "$ROOT/scripts/ask.py" answers "$1"
}

# Sets MLFLOW, its process group, and MLFLOW_TRACKING_URI.
start_mlflow() {
    local port
    port=$(free_port)
    export MLFLOW_TRACKING_URI=http://127.0.0.1:$port
    say "mlflow: starting a server at $MLFLOW_TRACKING_URI, its files in ${DEMO#"$ROOT"/}/mlflow"
    mkdir -p "$DEMO/mlflow"
    start "$DEMO/mlflow.log" "$CACHE/mlflow-3/bin/python" -m mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
        --backend-store-uri "sqlite:///$DEMO/mlflow/mlflow.db" --artifacts-destination "$DEMO/mlflow/artifacts"
    MLFLOW=$STARTED
    await 240 "$MLFLOW" answers "$MLFLOW_TRACKING_URI/health" || {
        tail -n 20 "$DEMO/mlflow.log" >&2
        die "the MLflow server did not come up"
    }
    say "mlflow: up"
}

# Where start_jenkins will start it: sets JENKINS_URL. The configuration names it, and so has to know it before.
choose_jenkins_url() {
    JENKINS_PORT=$(free_port)
    JENKINS_URL=http://127.0.0.1:$JENKINS_PORT/jenkins/
}

# start_jenkins PAGE ARGUMENT...: builds the plugin, and waits until Jenkins answers for the page. Its home is $DEMO/jenkins, its configuration
# $DEMO/jenkins.yaml; the arguments are Maven's. Sets JENKINS, its process group.
start_jenkins() {
    local page=$1 home=$DEMO/jenkins
    shift
    mkdir -p "$home"
    say "jenkins: building the plugin and starting Jenkins at $JENKINS_URL (log: ${DEMO#"$ROOT"/}/jenkins.log)"
    CASC_JENKINS_CONFIG=$DEMO/jenkins.yaml JENKINS_HOME=$home PATH=$CACHE/mlflow-3/bin:$PATH \
        start "$DEMO/jenkins.log" run_maven "$ROOT" hpi:run -DskipTests "-Dport=$JENKINS_PORT" -Dhost=127.0.0.1 "-DjenkinsHome=$home" "$@"
    JENKINS=$STARTED
    await 600 "$JENKINS" answers "$JENKINS_URL$page" || {
        tail -n 40 "$DEMO/jenkins.log" >&2
        die "Jenkins did not come up"
    }
    say "jenkins: up"
}
