package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Reports what a policy would have decided of past runs. It only reads. */
final class BacktestCommand implements Command {
    @Override
    public String description() {
        return "Tells what a policy would have decided of the last runs or versions. Changes nothing.";
    }

    @Override
    public Options options() {
        Options options = new Options();
        HistoryOptions.addTo(options);
        options.addOption(Arguments.required(Arguments.option("policy", "FILE", "Policy file to try.")));
        options.addOption(Arguments.option("compare", "FILE", "Policy file to compare it with."));
        options.addOption(Arguments.option("json", "FILE|-", "Write the result as JSON; - is standard output."));
        return options;
    }

    @Override
    public int run(Main main, Arguments given, Console console) throws ParseException, InterruptedException {
        HistoryOptions history = new HistoryOptions(given);
        Path policyFile = given.path("policy");
        Path compareFile = given.path("compare");
        boolean jsonToOutput = Outputs.STANDARD_OUTPUT.equals(given.text("json"));
        OutputFile json =
                jsonToOutput || !given.has("json") ? null : new OutputFile("json", given.text("json"), main.directory);
        if (json != null) {
            json.spare(main.directory.resolve(policyFile));
            json.spare(main.directory.resolve(compareFile == null ? policyFile : compareFile));
        }
        PrintWriter progress = console.err();
        try {
            GatePolicy policy = policy(main, history, policyFile, selection(history));
            GatePolicy other = compareFile == null ? null : policy(main, history, compareFile, PolicyOverrides.NONE);
            replayable(policyFile, policy);
            if (other != null) {
                replayable(compareFile, other);
            }
            Connection connection = history.connection(main);
            if (json != null) {
                json.open();
            }
            RestTrackingServer server = connection.open();
            CandidateSelection selection = policy.candidate();
            RunHistory runs = new RunHistoryReader(
                            server, history.model, history.last, RetryPolicy.USUAL, progress::println)
                    .read(selection.experiment(), selection.filter());
            BacktestReport report = new BacktestReport(
                    runs, tried(policyFile, policy, runs), other == null ? null : tried(compareFile, other, runs));
            PrintWriter table = jsonToOutput ? console.err() : console.out();
            table.print(report.text(server.requests()));
            table.flush();
            boolean written = writeJson(
                    console, json, jsonToOutput, report.toMap(history.model, connection.address(), server.requests()));
            return written ? Main.PASSED : Main.OTHER_ERROR;
        } catch (PolicyException | TrackingException | IllegalArgumentException e) {
            CommandError problem = CommandError.of(e);
            progress.println(problem);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("schema_version", 1);
            document.put("model", history.model);
            document.put("error", problem.toMap());
            writeJson(console, json, jsonToOutput, document);
            return problem.exitStatus();
        }
    }

    private static PolicyOverrides selection(HistoryOptions history) {
        return PolicyOverrides.builder(name -> "--" + name)
                .experiment(history.experiment)
                .filter(history.filter)
                .build();
    }

    private static GatePolicy policy(Main main, HistoryOptions history, Path file, PolicyOverrides overrides)
            throws PolicyException {
        return PolicyReader.resolve(PolicyFiles.read(main.directory, file, history.model), history.model, overrides);
    }

    private static ReplayablePolicy replayable(Path file, GatePolicy policy) {
        try {
            return ReplayablePolicy.of(policy);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage());
        }
    }

    private static BacktestReport.Tried tried(Path file, GatePolicy whole, RunHistory runs) {
        ReplayablePolicy replayable = replayable(file, whole);
        return new BacktestReport.Tried(
                file.toString(),
                CanonicalPolicy.sha256(whole),
                replayable.policy().baseline() != null,
                replayable.leftOut(),
                Backtest.of(replayable.policy(), runs));
    }

    private static boolean writeJson(Console console, OutputFile json, boolean toOutput, Map<String, Object> document) {
        if (toOutput) {
            console.out().println(Json.writePretty(document));
        }
        return json == null || json.write(() -> Json.writePretty(document) + "\n", console.err());
    }
}
