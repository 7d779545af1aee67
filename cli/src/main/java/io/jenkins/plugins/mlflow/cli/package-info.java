/** The engine as a command line, for other CI systems and for trying a policy before it is committed. */
package io.jenkins.plugins.mlflow.cli;
