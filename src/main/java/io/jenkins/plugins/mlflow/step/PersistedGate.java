package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import java.io.Serializable;
import java.time.Instant;

/** The state of a gate that is saved with its build, besides its parameters. Each advance changes it, and other threads read it. */
final class PersistedGate implements Serializable {
    private static final long serialVersionUID = 1L;

    final Instant startedAt;
    /** Null until the server is found. */
    volatile String serverName;
    /** Which registry the server is, when the gate last looked. */
    volatile String registry;
    /** Where the server led to then. Not to be shown. */
    volatile String destination;
    /** Null until the gate is prepared, as is the state. */
    volatile GateRequest request;

    volatile GateState state;
    /** Null if there was nothing to compare the policy with. */
    volatile PolicyChanges policyChanges;

    volatile ApprovalInput approvalInput;
    volatile boolean stopped;

    PersistedGate(Instant startedAt) {
        this.startedAt = startedAt;
    }
}
