/**
 * What MLflow says: the questions that the gate asks of a tracking server and its model registry, and their REST
 * implementation. Imports: {@code java.net.http}, mlflow-client's messages and the JSON library; nothing else of this
 * project.
 */
package io.jenkins.plugins.mlflow.tracking;
