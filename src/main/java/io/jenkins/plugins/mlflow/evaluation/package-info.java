/**
 * What is true: evidence in, checks with verdicts out, and the report that carries them. A value passes {@code Evidence},
 * {@code Evaluator}, {@code ExactRule} (or {@code UncertainRule}, {@code GapRule}), {@code Finding}, {@code Check},
 * {@code GateReport}. Imports: {@code policy} and Apache Commons Statistics.
 */
package io.jenkins.plugins.mlflow.evaluation;
