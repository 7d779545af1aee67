/**
 * What became of the models: the trend of a job's gates, what is live as the last gates saw it, and rolling back. It keeps what
 * it shows: an index per job, and a record per alias or stage. Imports: Jenkins, {@code config} and {@code tracking} to ask a
 * server, {@code gate} for rollbacks, {@code evaluation} and {@code report} for reports, and of {@code policy} the JSON text and
 * digests.
 */
package io.jenkins.plugins.mlflow.live;
