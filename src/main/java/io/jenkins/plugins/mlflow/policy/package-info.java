/**
 * What is asked: the policy of one model, and the reader that turns YAML or step parameters into it with located errors.
 * Imports: the JDK and the YAML and JSON libraries; nothing else of this project.
 */
package io.jenkins.plugins.mlflow.policy;
