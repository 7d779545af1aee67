# What a fresh machine lacks: MLflow in Python environments of its own, and a Maven that is new enough.
# Everything is kept under .cache/. Needs lib.sh.

MAVEN_WANTED=3.9.6
MAVEN_FETCHED=3.9.11

# --- Python ------------------------------------------------------------------------------------------------------------------

# MLflow 2.17 and what it depends on come ready-made for Python 3.10 to 3.12.
python_command() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.12 python3.11 python3.10; do
        if "$candidate" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

# python_environment NAME REQUIREMENT...: makes .cache/NAME unless it is there, complete and in its place.
python_environment() {
    local name=$1 directory=$CACHE/$1 python stamp
    shift
    stamp="$directory $*"
    if [ -x "$directory/bin/python" ] && [ "$(cat "$directory/complete" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    python=$(python_command) || die "Python 3.10, 3.11 or 3.12 is needed; say which with PYTHON=..."
    say "$name: installing $1 with $("$python" --version) (once; it is kept in .cache/$name)"
    rm -rf "$directory"
    mkdir -p "$CACHE"
    quietly "$name" "$LOGS/$name.log" "$python" -m venv "$directory" \
        || die "python -m venv does not work; on Debian and Ubuntu it is in the package python3-venv"
    quietly "$name" "$LOGS/$name.log" "$directory/bin/python" -m pip install \
        --disable-pip-version-check --no-input --retries 5 --progress-bar off "$@" \
        || die "$name could not be installed"
    # What MLflow allows to be installed with it does not always work with it.
    quietly "$name" "$LOGS/$name.log" "$directory/bin/python" -c 'import mlflow.server, mlflow.store.tracking.sqlalchemy_store' \
        || die "$name was installed, but does not work"
    printf '%s\n' "$stamp" >"$directory/complete"
    say "$name: ready"
}

# MLflow 2 allows SQLAlchemy 2.1 but does not start with it.
environment_2_17() { python_environment mlflow-2.17 'mlflow>=2.17,<2.18' 'sqlalchemy<2.1' flask-wtf; }
environment_2_22() { python_environment mlflow-2.22 'mlflow>=2.22,<2.23' 'sqlalchemy<2.1' flask-wtf; }
environment_3() { python_environment mlflow-3 'mlflow>=3,<4' flask-wtf; }

ALL_ENVIRONMENTS=$CACHE/mlflow-2.17,$CACHE/mlflow-2.22,$CACHE/mlflow-3

all_environments() {
    environment_2_17
    environment_2_22
    environment_3
}

# --- Java and Maven ----------------------------------------------------------------------------------------------------------

# is_at_least WANTED FOUND, both as 3.9.6.
is_at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

maven_version() {
    "$1" --version 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g' | sed -n 's/^Apache Maven \([0-9.]*\).*/\1/p'
}

# Sets MVN.
maven() {
    local version home=$CACHE/maven/apache-maven-$MAVEN_FETCHED attempt
    need java "JDK 17 or newer is needed."
    need javac "A JDK is needed; a run-time alone is not enough."
    need mvn "Any Maven from 3.8 on will do."
    MVN=$(command -v mvn)
    version=$(maven_version "$MVN")
    [ -n "$version" ] || die "mvn --version does not tell its version"
    is_at_least "$MAVEN_WANTED" "$version" && return
    if [ "$(maven_version "$home/bin/mvn")" != "$MAVEN_FETCHED" ]; then
        say "maven: the installed one is $version, the plugin needs $MAVEN_WANTED; getting $MAVEN_FETCHED (kept in .cache/maven)"
        rm -rf "$CACHE/maven"
        # Its own .mvn, so that it is fetched without the extension and the options of the plugin's build.
        mkdir -p "$CACHE/maven/.mvn"
        for attempt in 1 2 3; do
            if quietly maven "$LOGS/maven.log" run_maven "$CACHE/maven" \
                org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
                "-Dartifact=org.apache.maven:apache-maven:$MAVEN_FETCHED:zip:bin" "-DoutputDirectory=$CACHE/maven"; then
                break
            fi
            [ "$attempt" -lt 3 ] || die "Maven $MAVEN_FETCHED could not be fetched"
            say "maven: trying again"
            sleep $((attempt * 5))
        done
        chmod +x "$home/bin/mvn"
        say "maven: ready"
    fi
    MVN=$home/bin/mvn
}

# run_maven DIRECTORY ARGUMENT...: without colours and progress bars, and with the caller's own MAVEN_ARGS.
run_maven() {
    cd "$1" || return
    shift
    # shellcheck disable=SC2086 # several words are several arguments
    exec "$MVN" -B -ntp $EXTRA_MAVEN_ARGS "$@"
}

# Sets PLUGIN: `buildable`; `out of reach`, because Jenkins' Maven repository cannot be reached, as WHY_NOT says; or `broken`.
probe_plugin() {
    local log=$LOGS/probe.log
    say "plugin: looking whether Maven can resolve the Jenkins parent POM"
    if quietly probe "$log" run_maven "$ROOT" validate 2>/dev/null; then
        PLUGIN=buildable
    elif is_unresolvable "$log" && ! jenkins_repository_answers; then
        WHY_NOT="the Jenkins Maven repository cannot be reached from here, so that the parent POM of Jenkins plugins is missing"
        PLUGIN='out of reach'
    else
        tail -n 40 "$log" >&2
        say "plugin: its build is broken: mvn validate fails, and not for want of the Jenkins Maven repository" >&2
        PLUGIN=broken
    fi
}

# if_buildable COMMAND: runs what needs the plugin's build. Sets plugin to 'not run' (WHY_NOT says why), passed or failed.
if_buildable() {
    plugin='not run'
    probe_plugin
    if [ "$PLUGIN" = broken ]; then
        plugin=failed
    elif [ "$PLUGIN" = buildable ]; then
        if "$1"; then plugin=passed; else plugin=failed; fi
    fi
}

is_unresolvable() {
    grep -Eq 'Non-resolvable (parent|import) POM|Unresolveable build extension|(Plugin|Extension) .* or one of its dependencies could not be resolved' "$1"
}

# Asks the repository that pom.xml names for the list of parent POMs.
jenkins_repository_answers() {
    local url
    url=$(sed -n '/<repositories>/,/<\/repositories>/s/.*<url>\(.*\)<\/url>.*/\1/p' "$ROOT/pom.xml" | head -n 1)
    "$(python_command || echo python3)" - "${url%/}/org/jenkins-ci/plugins/plugin/maven-metadata.xml" <<'PYTHON' 2>/dev/null
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=20) as answer:
    sys.exit(b"<metadata" not in answer.read(10000))
PYTHON
}
