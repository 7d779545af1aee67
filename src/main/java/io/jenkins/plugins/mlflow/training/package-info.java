/**
 * {@code withMlflow}: the environment in which a build trains against a configured server, the runs that the build makes there, and
 * the pages that show them. A tag with the build's random id identifies its runs ({@link BuildRunsAction}).
 * Imports: Jenkins, {@code policy}, {@code tracking}, {@code config} and {@code report}.
 */
package io.jenkins.plugins.mlflow.training;
