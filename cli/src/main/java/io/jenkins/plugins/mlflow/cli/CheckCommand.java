package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.Approval;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.ProgressLog;
import io.jenkins.plugins.mlflow.gate.StepResult;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Runs one gate to its end, sleeping where it has to wait. */
final class CheckCommand implements Command {
    private static final Path DEFAULT_POLICY = Path.of("eval_gate.yaml");

    private Main main;
    private CheckOptions options;

    @Override
    public String description() {
        return "Evaluates a run of MLflow and, after a full pass, promotes it if the policy or --promote says so.";
    }

    @Override
    public Options options() {
        return CheckOptions.all();
    }

    @Override
    public int run(Main of, Arguments arguments, Console console) throws ParseException, InterruptedException {
        main = of;
        options = new CheckOptions(arguments);
        Outputs outputs = new Outputs(arguments, main.directory, policyFile());
        GateReport report = report(outputs, console.err());
        boolean complete = outputs.write(report, console);
        int status = exitStatus(report);
        return status == Main.PASSED && !complete ? Main.OTHER_ERROR : status;
    }

    private GateReport report(Outputs outputs, PrintWriter progress) throws InterruptedException {
        Instant startedAt = main.clock.instant();
        Gate gate;
        CompletableFuture<TrackingServer> server;
        try {
            options.approval(startedAt);
            Connection connection = options.connection(main);
            server = CompletableFuture.supplyAsync(connection::open, task -> Main.inBackground("opening", task));
            gate = new Gate(request(connection.address()), main.clock, ThreadLocalRandom.current());
            outputs.open();
        } catch (PolicyException | IllegalArgumentException e) {
            return GateReport.notStarted(
                    ErrorCategory.CONFIGURATION.name(),
                    e.getMessage(),
                    options.mode().key(),
                    options.model(),
                    null);
        }
        return drive(gate, gate.start(startedAt), server.join().prefetching(), progress);
    }

    /** Nobody can be options here: who approves is told beforehand. */
    private GateState decide(Gate gate, GateState state) {
        Optional<Approval> approval = options.approval(main.clock.instant());
        if (approval.isPresent()) {
            return gate.approved(state, approval.get());
        }
        return gate.failed(
                state,
                ErrorCategory.CONFIGURATION,
                "The gate passed, but its policy wants the promotion approved by a user (`promote.approval`). Nothing was"
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

    private GateRequest request(String address) throws PolicyException {
        String model = options.model();
        PolicyDocument document = document(model);
        GatePolicy policy = PolicyReader.resolve(document, model, options.overrides());
        return new GateRequest(
                        model,
                        address,
                        options.candidate(),
                        policy,
                        document == null ? "thresholds" : document.origin(),
                        CanonicalPolicy.sha256(policy),
                        options.mode(),
                        null)
                .evaluatedBy(options.evaluationRun())
                .among(options.runTags());
    }

    private GateReport drive(Gate gate, GateState start, TrackingServer server, PrintWriter progress)
            throws InterruptedException {
        ProgressLog log = new ProgressLog();
        GateState state = start;
        try {
            while (!state.isDone()) {
                StepResult advance = gate.advance(state, server);
                state = advance.state().awaitsApproval() ? decide(gate, advance.state()) : advance.state();
                advance.messages().forEach(message -> progress.println(DisplayText.line(message)));
                if (log.isDue(advance.waitingFor(), main.clock.instant())) {
                    progress.println(DisplayText.line("Waiting for " + advance.waitingFor()));
                }
                progress.flush();
                if (!state.isDone() && state == advance.state()) {
                    Thread.sleep(advance.delay().toMillis());
                }
            }
        } catch (RuntimeException | Error e) {
            // Java would end with 1, the status of a gate that did not pass and promoted nothing.
            state = gate.failed(state, ErrorCategory.CONFLICT, "Internal error: " + e);
        } finally {
            server.discardPrefetched();
        }
        return gate.report(state);
    }

    private PolicyDocument document(String model) throws PolicyException {
        if (options.policyFile() != null) {
            return PolicyFiles.read(main.directory, options.policyFile(), model);
        }
        if (!Files.notExists(policyFile(), LinkOption.NOFOLLOW_LINKS)) {
            PolicyDocument own = PolicyFiles.read(main.directory, DEFAULT_POLICY, model);
            return own.hasModel(model) || !options.hasThresholds() ? own : null;
        }
        return null;
    }

    /** Where the policy is, or would be. */
    private Path policyFile() {
        return main.directory.resolve(options.policyFile() == null ? DEFAULT_POLICY : options.policyFile());
    }
}
