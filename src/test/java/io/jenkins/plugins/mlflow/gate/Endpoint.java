package io.jenkins.plugins.mlflow.gate;

import java.util.Arrays;

/** The requests that a gate makes. */
enum Endpoint {
    EXPERIMENTS("POST", "experiments/search"),
    EXPERIMENT("GET", "experiments/get-by-name"),
    EXPERIMENT_NAME("GET", "experiments/get"),
    SEARCH_RUNS("POST", "runs/search"),
    RUN("GET", "runs/get"),
    HISTORY("GET", "metrics/get-history"),
    ARTIFACTS("GET", "artifacts/list"),
    LOGGED_MODEL("GET", "logged-models/m-[^/]+"),
    LOGGED_MODELS("POST", "logged-models/search"),
    VERSION("GET", "model-versions/get"),
    FILES("GET", "model-versions/get-download-uri"),
    VERSIONS("GET", "model-versions/search"),
    MODEL("GET", "registered-models/get"),
    ALIAS("GET", "registered-models/alias"),
    STAGE("POST", "registered-models/get-latest-versions"),
    CREATE("POST", "model-versions/create"),
    SET_ALIAS("POST", "registered-models/alias"),
    TRANSITION("POST", "model-versions/transition-stage"),
    TAG("POST", "model-versions/set-tag");

    private final String method;
    /** Its end, as a pattern. */
    private final String path;

    Endpoint(String method, String path) {
        this.method = method;
        this.path = path;
    }

    static Endpoint of(String method, String target) {
        String path = target.replaceAll("\\?.*", "");
        return Arrays.stream(values())
                .filter(endpoint -> endpoint.method.equals(method) && path.matches(".*/" + endpoint.path))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("A gate does not ask for " + method + " " + path));
    }

    boolean isOfLoggedModels() {
        return this == LOGGED_MODEL || this == LOGGED_MODELS;
    }

    boolean writes() {
        return this == CREATE || this == SET_ALIAS || this == TRANSITION || this == TAG;
    }
}
