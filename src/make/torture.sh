#!/usr/bin/env bash
# make torture: every fault at every request of a gate, a million inputs for each fuzzer, and properties over many policies.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
on_exit end_all

engine=failed

# What the ordinary build leaves out, against the oldest and the newest server; Jazzer comes with its profile.
engine_torture() {
    say "engine: faults, fuzzers, properties (an hour or so)"
    openly "engine torture" "$LOGS/torture-engine.log" run_maven "$ROOT" -f src/cli/pom.xml verify -Pjazzer \
        '-Dtest=FaultMatrixTest,FuzzTest,GatePropertiesTest,DriversAgreeTest' -Dproperty.tries=2000 \
        -Dexcluded.torture=nothing -Dexcluded.tests= "-Dmlflow.environments=$CACHE/mlflow-2.17,$CACHE/mlflow-3"
}

rm -f "$LOGS"/torture-*.log
environment_2_17
environment_3
maven
if engine_torture; then engine=passed; fi

echo
say "What was run:"
echo "  - Faults, fuzzers and properties of the engine: $engine. The matrices are in src/cli/target/faults, the fuzzers' words in src/cli/target/fuzz."
[ "$engine" = passed ]
