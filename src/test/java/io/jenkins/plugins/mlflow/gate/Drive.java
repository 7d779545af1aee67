package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Drives a gate to its end with a fake clock, as a driver would; no time passes. */
final class Drive {
    final FakeClock clock = new FakeClock();
    final FakeMlflow mlflow = new FakeMlflow(clock);
    final List<String> said = new ArrayList<>();
    final List<String> waitedFor = new ArrayList<>();
    final List<Duration> delays = new ArrayList<>();
    GatePolicy policy;
    ExactCandidate exact;
    RunMode mode = RunMode.ENABLED;
    /** The run that evaluated the candidate's version, if it is not the version's own. */
    String evaluationRun;

    boolean locked;
    /** The tags of a build, if only its runs count. */
    RunTags runTags;

    GateState state;

    /** Version 6 is the champion, by alias and stage; version 7, which is a little better, is to be evaluated. */
    void championAndChallenger() {
        mlflow.finishedRun("r6", "accuracy", 0.92);
        mlflow.finishedRun("r7", "accuracy", 0.93);
        mlflow.version(6, "r6").stage = "Production";
        mlflow.version(7, "r7");
        mlflow.aliases.put("champion", "6");
        exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "7");
    }

    Gate gate() {
        GateRequest request = new GateRequest(
                        "churn", "production", exact, policy, "eval_gate.yaml", "f00d", mode, "http://ci/7/")
                .evaluatedBy(evaluationRun)
                .locked(locked)
                .among(runTags);
        return new Gate(request, clock, new Random(1));
    }

    GateReport run() throws Exception {
        state = gate().start(clock.instant());
        return goOn();
    }

    GateReport goOn() throws Exception {
        Gate gate = gate();
        for (int advances = 0; !state.isDone(); advances++) {
            if (advances > 1000) {
                throw new AssertionError("the gate does not end; it waits for " + waitedFor);
            }
            step(gate);
        }
        return gate.report(state);
    }

    /** As {@link #run}, with a restart before every advance. */
    GateReport runWithRestarts() throws Exception {
        state = gate().start(clock.instant());
        while (!state.isDone()) {
            restart();
            step(gate());
        }
        return gate().report(state);
    }

    private void step(Gate gate) throws Exception {
        StepResult advance = gate.advance(state, mlflow);
        state = advance.state();
        said.addAll(advance.messages());
        if (advance.waitingFor() != null) {
            waitedFor.add(advance.waitingFor());
        }
        if (!state.isDone()) {
            delays.add(advance.delay());
            clock.pass(advance.delay());
        }
    }

    /** One advance, without the time passing that it asks for. */
    void onceMore() throws Exception {
        StepResult advance = gate().advance(state, mlflow);
        state = advance.state();
        waitedFor.add(advance.waitingFor());
        delays.add(advance.delay());
    }

    void approve(String by, String reason) {
        state = gate().approved(state, new Approval(by, reason, clock.instant()));
    }

    void refuse(String by) {
        state = gate().refused(state, by);
    }

    String question() {
        return gate().question(state);
    }

    /** Runs until the phase, and leaves the gate there. */
    void runUntil(Phase phase) throws Exception {
        if (state == null) {
            state = gate().start(clock.instant());
        }
        while (state.phase != phase) {
            step(gate());
        }
    }

    GateReport reportNow(String stopped) {
        return gate().report(state, stopped);
    }

    /** The controller goes down and comes back: what was not written to disk is lost. */
    void restart() throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(serialized()))) {
            state = ((GateState) in.readObject()).resumed();
        }
    }

    /** Bytes of what is kept over a restart. */
    int stateSize() throws Exception {
        return serialized().length;
    }

    private byte[] serialized() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(state);
        }
        return bytes.toByteArray();
    }

    /** An advance that reaches the server but whose result is lost, as when the process is killed. */
    void crashInNextAdvance() throws Exception {
        gate().advance(state, mlflow);
        restart();
    }
}
