package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Which runs or versions of the past a command is about, and of which server. */
final class HistoryOptions {
    private static final int MOST = 10_000;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "Registered model name.")
    String model;

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many runs or versions, from the newest back; at most 10000, default 50.")
    int last;

    @Option(
            names = "--experiment",
            paramLabel = "NAME",
            description = "Take the runs of this experiment instead of the versions of the model.")
    String experiment;

    @Option(names = "--filter", paramLabel = "FILTER", description = "MLflow search filter for those runs.")
    String filter;

    @Option(
            names = "--tracking-uri",
            paramLabel = "URI",
            description = "MLflow server; without it, the variable MLFLOW_TRACKING_URI.")
    private String trackingUri;

    void check() {
        if (last < 1 || last > MOST) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--last is " + last + "; give a number from 1 to " + MOST + ".");
        }
    }

    Connection connection(Map<String, String> environment) {
        return Connection.of(trackingUri, environment);
    }

    static RestTrackingServer open(Connection connection) {
        return connection.open(REQUEST_TIMEOUT);
    }
}
