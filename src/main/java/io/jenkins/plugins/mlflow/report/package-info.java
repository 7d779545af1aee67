/**
 * The build page: one action per build that holds the reports of all its gates, their pages, their JSON, and what persists;
 * and what is remembered of promotions. Imports: Jenkins, {@code evaluation}, {@code export} for downloads, and of {@code policy}
 * the JSON text, digests, what makes text and numbers fit to be shown, and what it takes to compare a policy with an earlier one.
 */
package io.jenkins.plugins.mlflow.report;
