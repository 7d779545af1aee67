package io.jenkins.plugins.mlflow.cli;

import java.io.PrintWriter;

/** Standard output and standard error, or what a test reads in their place. */
record Console(PrintWriter out, PrintWriter err) {}
