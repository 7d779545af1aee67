/**
 * The engine as a command line, for other CI systems and for trying a policy before it is committed. {@code Main} chooses a
 * {@code Command}. Imports: {@code policy}, {@code evaluation}, {@code tracking}, {@code gate}, {@code export}; no Jenkins.
 */
package io.jenkins.plugins.mlflow.cli;
