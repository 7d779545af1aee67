/**
 * The pipeline steps {@code mlflowEvalGate} and {@code mlflowRollback}: their parameters, and the asynchronous executions that drive
 * the gate and the rollback.
 * Imports: Jenkins, {@code gate} with the values of {@code policy}, {@code evaluation} and {@code tracking}, {@code config},
 * {@code report}, {@code live}, {@code publish}, {@code training}, and {@code step.scheduling}.
 */
package io.jenkins.plugins.mlflow.step;
