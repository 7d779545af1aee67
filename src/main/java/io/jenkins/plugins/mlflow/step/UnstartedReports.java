package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;

/** The reports of gates that ended before they started: only the step's parameters are known. */
final class UnstartedReports {
    private final GateParameters parameters;
    private final String serverName;

    /** {@code serverName} is null if the gate did not find its server. */
    UnstartedReports(GateParameters parameters, String serverName) {
        this.parameters = parameters;
        this.serverName = serverName;
    }

    GateReport disabled() {
        return new GateReport(
                GateStatus.DISABLED, "the gate is disabled", RunMode.DISABLED.key(), parameters.model(), server());
    }

    GateReport failed(ErrorCategory category, String message) {
        return GateReport.notStarted(
                category.name(), message, parameters.runMode().key(), parameters.model(), server());
    }

    GateReport stopped(String why) {
        return new GateReport(GateStatus.ERROR, why, parameters.runMode().key(), parameters.model(), serverName);
    }

    private String server() {
        return serverName == null ? parameters.text("server") : serverName;
    }
}
