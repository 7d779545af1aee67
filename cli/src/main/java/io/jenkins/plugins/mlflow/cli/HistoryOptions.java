package io.jenkins.plugins.mlflow.cli;

import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Which past runs or versions a command is about, and of which server. */
final class HistoryOptions {
    private static final int MOST = 10_000;
    private static final int USUAL = 50;
    /** Many runs are read at once, so that one response may take longer. */
    private static final String REQUEST_TIMEOUT = "60s";

    final String model;
    final int last;
    final String experiment;
    final String filter;
    private final Arguments given;

    HistoryOptions(Arguments given) throws ParseException {
        this.given = given;
        model = given.text("model");
        last = last(given.text("last"));
        experiment = given.text("experiment");
        filter = given.text("filter");
    }

    private static int last(String text) throws ParseException {
        if (text == null) {
            return USUAL;
        }
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > MOST) {
            throw new ParseException("--last is " + text + "; give a number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    static void addTo(Options options) {
        options.addOption(Arguments.required(Arguments.option("model", "NAME", "Registered model name.")));
        options.addOption(Arguments.option(
                "last",
                "N",
                "How many runs or versions, from the newest back; at most " + MOST + ", default " + USUAL + "."));
        options.addOption(Arguments.option(
                "experiment", "NAME", "Take the runs of this experiment instead of the versions of the model."));
        options.addOption(Arguments.option("filter", "FILTER", "MLflow search filter for those runs."));
        Connection.addTo(options, REQUEST_TIMEOUT);
    }

    Connection connection(Main main) {
        return Connection.of(given, REQUEST_TIMEOUT, main);
    }
}
