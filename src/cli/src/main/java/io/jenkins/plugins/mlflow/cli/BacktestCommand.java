package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Tells what a policy would have decided of past runs. It only reads. */
@Command(
        name = "backtest",
        description = "Tells what a policy would have decided of the last runs or versions. Changes nothing.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BacktestCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @ParentCommand
    private Main main;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Mixin
    private HistoryOptions history;

    @Option(names = "--policy", required = true, paramLabel = "FILE", description = "Policy file to try.")
    private Path policyFile;

    @Option(names = "--compare", paramLabel = "FILE", description = "Policy file to compare it with.")
    private Path compareFile;

    @Option(names = "--json", paramLabel = "FILE|-", description = "Write the result as JSON; - is standard output.")
    private String json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        history.check();
        PrintWriter progress = spec.commandLine().getErr();
        try {
            GatePolicy policy = policy(policyFile, selection());
            GatePolicy other = compareFile == null ? null : policy(compareFile, PolicyOverrides.NONE);
            Connection connection = history.connection(main.environment);
            RestTrackingServer server = HistoryOptions.open(connection);
            CandidateSelection selection = policy.candidate();
            Past past = new PastReader(server, history.model, history.last, Patience.USUAL, progress::println)
                    .read(selection.experiment(), selection.filter());
            BacktestReport report = new BacktestReport(
                    past, tried(policyFile, policy, past), other == null ? null : tried(compareFile, other, past));
            people().print(report.text(server.requests()));
            people().flush();
            writeJson(report.toMap(history.model, connection.address(), server.requests()));
            return Main.PASSED;
        } catch (PolicyException | TrackingException | IllegalArgumentException e) {
            Trouble trouble = Trouble.of(e);
            progress.println(trouble);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("schema_version", 1);
            document.put("model", history.model);
            document.put("error", trouble.toMap());
            writeJson(document);
            return trouble.exitStatus();
        }
    }

    private PolicyOverrides selection() {
        return PolicyOverrides.builder(name -> "--" + name)
                .experiment(history.experiment)
                .filter(history.filter)
                .build();
    }

    private GatePolicy policy(Path file, PolicyOverrides overrides) throws PolicyException {
        GatePolicy policy =
                PolicyReader.resolve(PolicyFiles.read(main.directory, file, history.model), history.model, overrides);
        for (MetricRule rule : policy.rules()) {
            if (rule.target().value().needsHistory()) {
                throw new IllegalArgumentException(file + ": `value: " + rule.target().value().text() + "` of metric '"
                        + rule.metric() + "' needs each run's history, and a backtest reads current values only;"
                        + " leave that metric out to backtest the others");
            }
        }
        return policy;
    }

    private static BacktestReport.Tried tried(Path file, GatePolicy policy, Past past) {
        return new BacktestReport.Tried(
                file.toString(), PolicyCanon.sha256(policy), policy.baseline() != null, Backtest.of(policy, past));
    }

    private PrintWriter people() {
        return STANDARD_OUTPUT.equals(json) ? spec.commandLine().getErr() : spec.commandLine().getOut();
    }

    private void writeJson(Map<String, Object> document) throws IOException {
        if (STANDARD_OUTPUT.equals(json)) {
            spec.commandLine().getOut().println(Json.writePretty(document));
        } else if (json != null) {
            Files.writeString(main.directory.resolve(json), Json.writePretty(document) + "\n");
        }
    }
}
