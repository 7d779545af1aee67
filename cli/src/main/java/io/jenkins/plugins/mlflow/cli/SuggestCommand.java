package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.PrintWriter;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Writes a policy whose bounds past runs suggest. It only reads. */
final class SuggestCommand implements Command {
    @Override
    public String description() {
        return "Suggests bounds from past runs or versions, as a policy file with the reasoning as comments.";
    }

    @Override
    public Options options() {
        Options options = new Options();
        HistoryOptions.addTo(options);
        return options;
    }

    @Override
    public int run(Main main, Arguments given, Console console) throws ParseException, InterruptedException {
        HistoryOptions history = new HistoryOptions(given);
        PrintWriter progress = console.err();
        try {
            if (history.filter != null && history.experiment == null) {
                throw new IllegalArgumentException("--filter needs --experiment, the experiment to look in");
            }
            RestTrackingServer server = history.connection(main).open();
            RunHistory runs = new RunHistoryReader(
                            server, history.model, history.last, RetryPolicy.USUAL, progress::println)
                    .read(history.experiment, history.filter);
            Suggestion suggestion = new Suggestion(history.model, history.experiment, history.filter, runs);
            if (!suggestion.hasMetrics()) {
                throw TrackingException.permanent(
                        ErrorCategory.NOT_FOUND,
                        "Nothing can be suggested: no metric is in most of the "
                                + CommandMessages.count(suggestion.finishedRuns(), "finished run") + " among "
                                + runs.counted() + ".");
            }
            console.out().print(suggestion.yaml());
            console.out().flush();
            if (!suggestion.isReady()) {
                progress.println(
                        "No rule blocks anything yet: take the # from at least one, or make a note a failure.");
            }
            progress.println(runs.counted() + ", " + CommandMessages.count(server.requests(), "request"));
            return Main.PASSED;
        } catch (TrackingException | IllegalArgumentException e) {
            CommandError problem = CommandError.of(e);
            progress.println(problem);
            return problem.exitStatus();
        }
    }
}
