/**
 * What became of the models: the trend of a job's gates, what is live as the last gates saw it, for a job and for many in a column
 * and a view, and the rollback. It keeps what
 * it shows: an index per job, and a record per alias or stage. Imports: Jenkins, {@code config} and {@code tracking} to ask a
 * server, {@code gate} for rollbacks, {@code evaluation} and {@code report} for reports, and of {@code policy} the JSON text,
 * digests, the criticality of a rule and what makes text fit to be shown.
 */
package io.jenkins.plugins.mlflow.live;
