#!/usr/bin/env bash
# make test: the engine and the command line against three real MLflow servers, and the plugin in Jenkins where that can be built.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
on_exit end_all

engine=failed
# The engine's tests run once, in the build of the command line.
ENGINE_TESTS='%regex[io/jenkins/plugins/mlflow/(policy|evaluation|tracking|gate|export)/.*]'

engine_tests() {
    say "engine and command line: building and testing"
    openly "engine tests" "$LOGS/test-engine.log" run_maven "$ROOT" -f cli/pom.xml clean verify \
        -Dexcluded.tests= "-Dmlflow.environments=$ALL_ENVIRONMENTS" \
        && openly "measurements" "$LOGS/test-bench.log" run_maven "$ROOT" -q -f bench/pom.xml compile
}

plugin_tests() {
    say "plugin: building and testing in Jenkins"
    openly "plugin tests" "$LOGS/test-plugin.log" run_maven "$ROOT" clean verify -DforkCount=2 \
        -Dexcluded.tests=mlflow "-Dmlflow.environments=$ALL_ENVIRONMENTS" "-Dtests.run.elsewhere=$ENGINE_TESTS"
}

counts() {
    [ -f "$1" ] || return 0
    sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$' | tail -n 1 \
        | sed 's/^.*Tests run/Tests run/' || true
}

rm -f "$LOGS"/test-*.log
all_environments
maven
if engine_tests; then engine=passed; fi
if_buildable plugin_tests

echo
say "What was run:"
echo "  - Engine and command line, against real MLflow 2.17, 2.22 and 3 servers: $engine. $(counts "$LOGS/test-engine.log")"
[ "$plugin" = 'not run' ] || echo "  - Plugin in Jenkins, with real MLflow servers: $plugin. $(counts "$LOGS/test-plugin.log")"
if [ "$plugin" = 'not run' ]; then
    echo "What was NOT run:"
    echo "  - The plugin was not built or tested in Jenkins: $WHY_NOT."
fi
[ "$engine" = passed ] && [ "$plugin" != failed ]
