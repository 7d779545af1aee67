/**
 * Where Jenkins keeps what the gate needs from its administrator: the MLflow servers and the stored policy, of the
 * controller and of folders, their form and their code form, and the way from a configured server and its credentials to a
 * {@link io.jenkins.plugins.mlflow.tracking.TrackingServer}. Imports: Jenkins, tracking, policy.
 */
package io.jenkins.plugins.mlflow.config;
