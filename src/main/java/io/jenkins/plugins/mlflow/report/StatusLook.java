package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.GateStatus;

/** How a status is shown: a symbol and an alert, always with its word. */
public enum StatusLook {
    PASSED("symbol-status-blue", "success"),
    UNSTABLE("symbol-status-yellow", "warning"),
    FAILED("symbol-status-red", "danger"),
    ERROR("symbol-warning", "danger"),
    DISABLED("symbol-status-disabled", "info"),
    PENDING("symbol-hourglass", "info");

    private final String symbol;
    private final String alert;

    StatusLook(String symbol, String alert) {
        this.symbol = symbol;
        this.alert = alert;
    }

    /** The look of a status. */
    public static StatusLook of(GateStatus status) {
        return valueOf(status.name());
    }

    public String getSymbol() {
        return symbol;
    }

    /** Classes for the symbol; those of Jenkins' own status symbols bring their colour along. */
    public String getSymbolClass() {
        return this == ERROR ? "icon-md jenkins-!-error-color" : "icon-md";
    }

    /** The last word of Jenkins' alert class. */
    public String getAlert() {
        return alert;
    }
}
