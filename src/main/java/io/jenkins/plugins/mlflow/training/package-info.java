/**
 * {@code withMlflow}: the environment in which a build trains against a configured server, the runs that the build makes there, and
 * the pages that show them. A build's runs are told by a tag with a random id of the build ({@link BuildRunsAction}).
 *
 * <p>May use Jenkins, {@code policy}, {@code tracking}, {@code config} and {@code report}.
 */
package io.jenkins.plugins.mlflow.training;
