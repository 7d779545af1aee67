package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.policy.Json;

/**
 * The value of a parameter that replaces a part of a policy: an alias, {@code false}, or a mapping of plain types. Kept as JSON,
 * so that nothing of what a pipeline gave is kept with it.
 */
final class PolicyParameter {
    private final String json;

    private PolicyParameter(String json) {
        this.json = json;
    }

    /**
     * Takes a copy.
     *
     * @param value null and the empty string mean that the parameter is not given
     * @return null if it is not given
     * @throws IllegalArgumentException if the value is too large or contains itself
     */
    static PolicyParameter of(Object value) {
        return value == null || "".equals(value) ? null : new PolicyParameter(Json.write(ParameterValues.of(value)));
    }

    /** The value in plain types; null for null. */
    static Object value(PolicyParameter parameter) {
        return parameter == null ? null : Json.read(parameter.json);
    }
}
