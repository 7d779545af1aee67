/**
 * What is required: the policy of one model, and the reader that turns YAML or step parameters into it with located errors.
 * A key passes {@code PolicyYaml}, {@code PolicyNode}, {@code MappingReader}, {@code ModelParser} and its parsers,
 * {@code GatePolicy}; a rule's {@code MetricTarget} makes the {@code MetricKey} of each value that it needs.
 * Imports: the JDK and the YAML and JSON libraries; nothing else of this project.
 */
package io.jenkins.plugins.mlflow.policy;
