/**
 * Where a gate's report goes besides its own page: checks of the source code's host, macros, artifacts and the description of
 * the build. What needs an optional plugin is an optional extension, so that Jenkins works without it. Nothing here may fail or
 * hold up a gate. Imports: Jenkins, checks-api, token-macro, report, export, evaluation,
 * and of policy the JSON text.
 */
package io.jenkins.plugins.mlflow.publish;
