/**
 * What is true: evidence in, checks with verdicts out, and the report that carries them.
 * Imports: the JDK and {@code policy}.
 */
package io.jenkins.plugins.mlflow.evaluation;
