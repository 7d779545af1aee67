/**
 * The build page: one action per build that holds the reports of all its gates, their pages, their JSON, and what persists.
 * Imports: Jenkins, {@code evaluation}, and of {@code policy} only the JSON text and the decimal form of numbers.
 */
package io.jenkins.plugins.mlflow.report;
