/**
 * The pipeline step {@code mlflowEvalGate}: its parameters, and the asynchronous execution that drives the gate.
 * Imports: Jenkins, {@code gate}, {@code config}, {@code report}, {@code publish} and the values that they speak of.
 */
package io.jenkins.plugins.mlflow.step;
