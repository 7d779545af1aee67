package io.jenkins.plugins.mlflow.tracking;

/** Why a gate could not come to a verdict. An error is not a failed gate; its category is shown first. */
public enum ErrorCategory {
    /** Something that the user or the administrator wrote. */
    CONFIGURATION,
    /** The run, version, alias, experiment or model is not there. */
    NOT_FOUND,
    /** The server did not accept the credentials: 401. */
    UNAUTHORIZED,
    /** 403, or a person refused the promotion. */
    FORBIDDEN,
    /** No connection, or 429 and 5xx to the end. */
    UNREACHABLE,
    /** The server did not respond in time, or the promotion was not approved or finished in time. */
    TIMEOUT,
    /** Not MLflow's response, a redirect, or a 400. */
    PROTOCOL,
    /** Two responses, or a response and the request, contradict each other. */
    CONFLICT
}
