package io.jenkins.plugins.mlflow.cli;

import java.io.IOException;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** What comes after the jar's name. A command is only loaded if it is the one that was asked for. */
interface Command {
    /** One sentence for the help. */
    String description();

    /** The options that it takes, besides {@code --help}. */
    Options options();

    /** What follows the options, as the help shows it; empty if nothing may follow. */
    default String operands() {
        return "";
    }

    /**
     * Runs the command.
     *
     * @return the exit status
     *
     * @throws ParseException if the arguments cannot be used as they are
     */
    int run(Main main, Arguments given, Console console) throws ParseException, IOException, InterruptedException;
}
