#!/usr/bin/env bash
# make torture: every fault at every request of a gate, a million inputs for each fuzzer, properties over many policies, and, where the
# plugin can be built, crashes of the controller, races and a flood.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
on_exit end_all

engine=failed

# What the ordinary build leaves out, against the oldest and the newest server; Jazzer comes with its profile.
engine_torture() {
    say "engine: faults, fuzzers, properties (an hour or so)"
    openly "engine torture" "$LOGS/torture-engine.log" run_maven "$ROOT" -f cli/pom.xml verify -Pjazzer \
        '-Dtest=FaultMatrixTest,FuzzTest,GatePropertiesTest,DriversAgreeTest,ModelIdentityRealTest' -Dproperty.tries=2000 \
        -Dexcluded.torture=nothing -Dexcluded.tests= "-Dmlflow.environments=$CACHE/mlflow-2.17,$CACHE/mlflow-3"
}

plugin_torture() {
    say "plugin: 200 gates hit by kills of their controller, 20 kills with a real MLflow 3, races, a thousand gates at once (an hour or so)"
    openly "plugin torture" "$LOGS/torture-plugin.log" run_maven "$ROOT" test \
        '-Dtest=CrashTest,LiveCrashTest,RollbackCrashTest,RaceTest,AgentLossTest,FloodTest,GateThreadsTest,WebhookFloodTest,WebhookCrashTest' -Dexcluded.torture=nothing -Dexcluded.tests=mlflow \
        "-Dmlflow.environments=$CACHE/mlflow-3"
}

rm -f "$LOGS"/torture-*.log
environment_2_17
environment_3
maven
if engine_torture; then engine=passed; fi
if_buildable plugin_torture

echo
say "What was run:"
echo "  - Faults, fuzzers and properties of the engine: $engine. The matrices are in cli/target/faults, the fuzzers' words in cli/target/fuzz."
if [ "$plugin" = 'not run' ]; then
    echo "What was NOT run:"
    echo "  - Crashes, races and flood in Jenkins: $WHY_NOT."
else
    echo "  - Crashes, races and flood in Jenkins: $plugin."
    grep -aoE '(Crashes|Crashes \(real [^)]*\)|Races|Flood): .*' "$LOGS/torture-plugin.log" | sed 's/^/      /' || true
fi
[ "$engine" = passed ] && [ "$plugin" != failed ]
