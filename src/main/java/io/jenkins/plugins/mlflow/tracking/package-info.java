/**
 * What MLflow holds: the requests to a tracking server and its model registry, and their REST implementation. A value passes
 * {@code HttpTransport}, {@code HttpResult}, {@code JsonObject}, one of the {@code …Queries}, {@code Run} (or
 * {@code LoggedModel}), {@code TrackingServer}; whatever is no good response passes {@code ErrorMapper} instead.
 * Imports: {@code java.net.http}, the JSON library; nothing else of this project.
 */
package io.jenkins.plugins.mlflow.tracking;
