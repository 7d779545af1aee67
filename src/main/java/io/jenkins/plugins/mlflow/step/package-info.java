/**
 * The pipeline step {@code mlflowEvalGate}: its parameters, and the asynchronous execution that drives the gate.
 * Imports: Jenkins, {@code gate} with the values of {@code policy}, {@code evaluation} and {@code tracking}, {@code config},
 * {@code report}, {@code live}, {@code publish}, {@code training}, and {@code step.scheduling}.
 */
package io.jenkins.plugins.mlflow.step;
