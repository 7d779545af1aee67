/**
 * A report in the forms that other tools read: JUnit XML and Markdown; and the words and cells that those and the command
 * line's table are made of. Imports: {@code evaluation}, and of {@code policy} the criticality of a rule.
 */
package io.jenkins.plugins.mlflow.export;
