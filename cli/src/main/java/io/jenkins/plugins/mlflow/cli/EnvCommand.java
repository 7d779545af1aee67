package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.RunContext;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.cli.Options;

/** Prints what a shell exports before a training, so that the training's runs can be found by their tags. */
final class EnvCommand implements Command {
    @Override
    public String description() {
        return "Prints the exports with which a training's runs get tags that `check --tag` finds them by.";
    }

    @Override
    public Options options() {
        Options options = new Options();
        options.addOption(Arguments.required(RunTagOptions.option(
                "Tag of the runs, different for every build, for example ci.run=42. Repeatable.")));
        options.addOption(Arguments.option(
                "tracking-uri", "URI", "MLflow server; without it, the variable " + Connection.TRACKING_URI + "."));
        options.addOption(
                Arguments.option("experiment", "NAME", "Experiment of the runs, unless the training chooses one."));
        return options;
    }

    @Override
    public int run(Main main, Arguments given, Console console) {
        Map<String, String> exports = new LinkedHashMap<>();
        try {
            Variables variables = new Variables(main.environment);
            String uri = Connection.trackingUri(given, variables);
            ServerAddress.parse(uri);
            exports.put(Connection.TRACKING_URI, uri);
            if (given.text("experiment") != null) {
                exports.put("MLFLOW_EXPERIMENT_NAME", given.text("experiment"));
            }
            exports.put(RunContext.VARIABLE, context(variables.get(RunContext.VARIABLE), RunTagOptions.of(given)));
        } catch (IllegalArgumentException e) {
            console.err().println("mlflow-eval-gate env: " + e.getMessage());
            return Main.WRONG_ARGUMENTS;
        }
        exports.forEach((name, value) -> console.out().println("export " + name + "=" + quoted(value)));
        return Main.PASSED;
    }

    private static String context(String before, Map<String, String> tags) {
        try {
            return RunContext.with(before, tags);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the variable " + RunContext.VARIABLE + " " + e.getMessage());
        }
    }

    /** One word for every POSIX shell. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
