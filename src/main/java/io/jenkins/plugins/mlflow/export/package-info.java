/**
 * A report in the forms that other tools read: JUnit XML and Markdown; and the words and cells that those and the command
 * line's table are made of. A check passes {@code ReportTable}, then {@code Markdown} or {@code JunitXml}.
 * Imports: {@code evaluation}, and of {@code policy} the criticality of a rule and what makes text fit to be shown.
 */
package io.jenkins.plugins.mlflow.export;
