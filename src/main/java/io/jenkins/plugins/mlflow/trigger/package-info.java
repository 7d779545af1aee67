/**
 * Builds that start because something happened to a version of a model: the trigger and its cause, polling, and MLflow's
 * webhooks. An event that is learned here is a hint until the server was asked.
 * Imports: Jenkins, {@code policy}, {@code config}, {@code report} and {@code tracking}.
 */
package io.jenkins.plugins.mlflow.trigger;
