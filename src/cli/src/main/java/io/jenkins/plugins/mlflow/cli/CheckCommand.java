package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.Advance;
import io.jenkins.plugins.mlflow.gate.Approval;
import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.ProgressLog;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.Thresholds;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.commons.cli.OptionGroup;
import org.apache.commons.cli.Options;

/** Runs one gate to its end, sleeping where it has to wait. */
final class CheckCommand implements Command {
    private static final Path DEFAULT_POLICY = Path.of("eval_gate.yaml");

    private Main main;
    private Arguments given;

    @Override
    public String description() {
        return "Judges a run of MLflow and, after a full pass, promotes it if the policy or --promote says so.";
    }

    @Override
    public Options options() {
        Options options = new Options();
        options.addOption(Arguments.required(Arguments.option("model", "NAME", "Registered model name.")));
        options.addOption(Arguments.option(
                "policy", "FILE", "Policy file. Without it, ./eval_gate.yaml if it is there."));
        options.addOption(Arguments.repeatable(
                "threshold",
                "NAME=BOUND",
                "NAME=NUMBER, NAME=>=NUMBER or NAME=<=NUMBER; replaces the policy's metrics. Repeatable."));
        options.addOption(Arguments.option(
                "tracking-uri", "URI", "MLflow server; without it, the variable MLFLOW_TRACKING_URI."));
        options.addOptionGroup(new OptionGroup()
                .addOption(Arguments.option("run-id", "ID", "Judge this run."))
                .addOption(Arguments.option("version", "N", "Judge the run of this model version."))
                .addOption(Arguments.option("alias", "ALIAS", "Judge the run of the version with this alias."))
                .addOption(Arguments.option("model-id", "ID", "Judge this logged model of MLflow 3.")));
        options.addOption(Arguments.option("experiment", "NAME", "Judge the newest run of this experiment."));
        options.addOption(Arguments.option("filter", "FILTER", "MLflow search filter for that run."));
        options.addOption(Arguments.option("max-age", "TIME", "How long ago the run may have started, as 24h."));
        options.addOption(Arguments.option("baseline", "ALIAS", "Alias of the version to compare with."));
        options.addOption(Arguments.option("promote", "ALIAS", "Alias to set after a full pass."));
        options.addOption(Arguments.option("stage", "STAGE", "Stage to move to after a full pass."));
        options.addOption(Arguments.option(
                "approved-by", "NAME", "Who approves the promotion, if the policy wants it approved."));
        options.addOption(Arguments.option("approval-reason", "TEXT", "Why; kept with the model version."));
        options.addOption(Arguments.option("timeout", "TIME", "How long to wait for the run; default 5m."));
        options.addOption(Arguments.option("settle", "TIME", "How long values must stay the same; default 5s."));
        options.addOption(Arguments.flag("dry-run", "Judge and report, change nothing on the server."));
        Outputs.addTo(options);
        return options;
    }

    @Override
    public int run(Main of, Arguments arguments, Console console) throws IOException, InterruptedException {
        main = of;
        given = arguments;
        GateReport report = report(console.err());
        new Outputs(given).write(report, console, main.directory);
        return exitStatus(report);
    }

    private GateReport report(PrintWriter progress) throws InterruptedException {
        Instant startedAt = main.clock.instant();
        Thread loading = inBackground("loading", RestTrackingServer::load);
        Gate gate;
        CompletableFuture<TrackingServer> server;
        try {
            checkApproval();
            Connection connection = Connection.of(given.text("tracking-uri"), main.environment);
            server = CompletableFuture.supplyAsync(connection::open, task -> inBackground("opening", task));
            gate = new Gate(request(connection.address()), main.clock, ThreadLocalRandom.current());
        } catch (PolicyException | IllegalArgumentException e) {
            return GateReport.notStarted(
                    ErrorCategory.CONFIGURATION.name(), e.getMessage(), mode().key(), given.text("model"), null);
        }
        loading.join();
        return drive(gate, gate.start(startedAt), server.join(), progress);
    }

    /** While the policy is read, as most of the time of a short process goes into the loading of classes. */
    private static Thread inBackground(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void checkApproval() {
        if (given.has("approved-by") && given.text("approved-by").isBlank()) {
            throw new IllegalArgumentException("option `--approved-by` is blank; name who approves the promotion");
        }
        if (given.has("approval-reason") && !given.has("approved-by")) {
            throw new IllegalArgumentException("option `--approval-reason` is given without `--approved-by`");
        }
    }

    /** Nobody can be asked here: who approves is told beforehand. */
    private GateState decide(Gate gate, GateState asked) {
        if (given.has("approved-by")) {
            return gate.approved(
                    asked, new Approval(given.text("approved-by"), given.text("approval-reason"), main.clock.instant()));
        }
        return gate.failed(
                asked,
                ErrorCategory.CONFIGURATION,
                "The gate passed, but its policy wants the promotion approved by a person (`promote.approval`). Nothing was"
                        + " promoted. Run the command again with --approved-by NAME, and --approval-reason TEXT if there is"
                        + " something to say.");
    }

    private static int exitStatus(GateReport report) {
        if (report.getStatus() == GateStatus.ERROR) {
            return ErrorCategory.CONFIGURATION.name().equals(report.getErrorCategory())
                    ? Main.WRONG_ARGUMENTS
                    : Main.OTHER_ERROR;
        }
        return report.getStatus() == GateStatus.PASSED ? Main.PASSED : Main.NOT_PASSED;
    }

    private RunMode mode() {
        return given.has("dry-run") ? RunMode.DRY_RUN : RunMode.ENABLED;
    }

    private GateRequest request(String address) throws PolicyException {
        String model = given.text("model");
        PolicyDocument document = document(model);
        GatePolicy policy = PolicyReader.resolve(document, model, overrides());
        return new GateRequest(
                model,
                address,
                candidate(),
                policy,
                document == null ? "thresholds" : document.origin(),
                PolicyCanon.sha256(policy),
                mode(),
                null);
    }

    private GateReport drive(Gate gate, GateState start, TrackingServer server, PrintWriter progress)
            throws InterruptedException {
        ProgressLog log = new ProgressLog();
        GateState state = start;
        try {
            while (!state.isDone()) {
                Advance advance = gate.advance(state, server);
                state = advance.state().awaitsApproval() ? decide(gate, advance.state()) : advance.state();
                advance.messages().forEach(progress::println);
                if (log.isDue(advance.waitingFor(), main.clock.instant())) {
                    progress.println("Waiting for " + advance.waitingFor());
                }
                progress.flush();
                if (!state.isDone() && state == advance.state()) {
                    Thread.sleep(advance.delay().toMillis());
                }
            }
        } catch (RuntimeException e) {
            state = gate.failed(state, ErrorCategory.CONFLICT, "The gate could not go on: " + e);
        }
        return gate.report(state);
    }

    private PolicyDocument document(String model) throws PolicyException {
        Path policyFile = given.path("policy");
        if (policyFile != null) {
            return PolicyFiles.read(main.directory, policyFile, model);
        }
        if (!Files.notExists(main.directory.resolve(DEFAULT_POLICY), LinkOption.NOFOLLOW_LINKS)) {
            PolicyDocument own = PolicyFiles.read(main.directory, DEFAULT_POLICY, model);
            return own.hasModel(model) || !given.has("threshold") ? own : null;
        }
        return null;
    }

    private PolicyOverrides overrides() {
        List<String> thresholds = given.texts("threshold");
        return PolicyOverrides.builder(CheckCommand::optionName)
                .thresholds(thresholds == null ? null : Thresholds.parse(thresholds))
                .baseline(given.text("baseline"))
                .promote(promotion())
                .experiment(given.text("experiment"))
                .filter(given.text("filter"))
                .maxAge(given.text("max-age"))
                .timeout(given.text("timeout"))
                .settle(given.text("settle"))
                .exactCandidate(candidate() != null)
                .build();
    }

    private static String optionName(String parameter) {
        return switch (parameter) {
            case "thresholds" -> "--threshold";
            case "maxAge" -> "--max-age";
            default -> "--" + parameter;
        };
    }

    private Object promotion() {
        String promote = given.text("promote");
        String stage = given.text("stage");
        if (stage == null) {
            return promote;
        }
        Map<String, Object> both = new LinkedHashMap<>();
        if (promote != null) {
            both.put("alias", promote);
        }
        both.put("stage", stage);
        return both;
    }

    private ExactCandidate candidate() {
        ExactCandidate candidate = Stream.of(
                        exact("run-id", ExactCandidate.Kind.RUN),
                        exact("version", ExactCandidate.Kind.VERSION),
                        exact("alias", ExactCandidate.Kind.ALIAS),
                        exact("model-id", ExactCandidate.Kind.MODEL))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (candidate != null && candidate.problem() != null) {
            throw new IllegalArgumentException("the candidate " + candidate.problem());
        }
        return candidate;
    }

    private ExactCandidate exact(String option, ExactCandidate.Kind kind) {
        return given.has(option) ? new ExactCandidate(kind, given.text(option)) : null;
    }
}
