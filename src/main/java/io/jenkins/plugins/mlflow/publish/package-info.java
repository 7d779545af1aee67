/**
 * Where a gate's report goes besides its own page: checks of the source code's host, macros, artifacts and the description of
 * the build. What needs an optional plugin is an optional extension, so that Jenkins works without it. Nothing here may fail or
 * hold up a gate. Imports: Jenkins, checks-api, token-macro, {@code report}, {@code export},
 * {@code evaluation}, and of {@code policy} the JSON text and what makes text fit to be shown.
 */
package io.jenkins.plugins.mlflow.publish;
