package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.Advance;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs one gate to its end, sleeping where it has to wait. */
@Command(
        name = "check",
        description = "Judges a run of MLflow and, after a full pass, promotes it if the policy or --promote says so.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {
    private static final Path DEFAULT_POLICY = Path.of("eval_gate.yaml");

    @ParentCommand
    private Main main;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "Registered model name.")
    private String model;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "Policy file. Without it, ./eval_gate.yaml if it is there.")
    private Path policyFile;

    @Option(
            names = "--threshold",
            paramLabel = "NAME=BOUND",
            description = "NAME=NUMBER, NAME=>=NUMBER or NAME=<=NUMBER; replaces the policy's metrics. Repeatable.")
    private List<String> thresholds;

    @Option(
            names = "--tracking-uri",
            paramLabel = "URI",
            description = "MLflow server; without it, the variable MLFLOW_TRACKING_URI.")
    private String trackingUri;

    @ArgGroup
    private Exact exact;

    @Option(names = "--experiment", paramLabel = "NAME", description = "Judge the newest run of this experiment.")
    private String experiment;

    @Option(names = "--filter", paramLabel = "FILTER", description = "MLflow search filter for that run.")
    private String filter;

    @Option(names = "--max-age", paramLabel = "TIME", description = "How long ago the run may have started, as 24h.")
    private String maxAge;

    @Option(names = "--baseline", paramLabel = "ALIAS", description = "Alias of the version to compare with.")
    private String baseline;

    @Option(names = "--promote", paramLabel = "ALIAS", description = "Alias to set after a full pass.")
    private String promote;

    @Option(names = "--stage", paramLabel = "STAGE", description = "Stage to move to after a full pass.")
    private String stage;

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long to wait for the run; default 5m.")
    private String timeout;

    @Option(names = "--settle", paramLabel = "TIME", description = "How long values must stay the same; default 5s.")
    private String settle;

    @Option(names = "--dry-run", description = "Judge and report, change nothing on the server.")
    private boolean dryRun;

    @Mixin
    private Outputs outputs;

    /** At most one of them names the candidate. */
    private static final class Exact {
        @Option(names = "--run-id", paramLabel = "ID", description = "Judge this run.")
        private String runId;

        @Option(names = "--version", paramLabel = "N", description = "Judge the run of this model version.")
        private String version;

        @Option(names = "--alias", paramLabel = "ALIAS", description = "Judge the run of the version with this alias.")
        private String alias;

        @Option(names = "--model-id", paramLabel = "ID", description = "Judge this logged model of MLflow 3.")
        private String modelId;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter progress = spec.commandLine().getErr();
        GateReport report = report(progress);
        outputs.write(report, spec.commandLine().getOut(), progress, main.directory);
        return exitStatus(report);
    }

    private GateReport report(PrintWriter progress) throws InterruptedException {
        Instant startedAt = main.clock.instant();
        Gate gate;
        TrackingServer server;
        try {
            Connection connection = Connection.of(trackingUri, main.environment);
            gate = new Gate(request(connection.address()), main.clock, ThreadLocalRandom.current());
            server = connection.open();
        } catch (PolicyException | IllegalArgumentException e) {
            return GateReport.notStarted(
                    ErrorCategory.CONFIGURATION.name(), e.getMessage(), mode().key(), model, null);
        }
        return drive(gate, gate.start(startedAt), server, progress);
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
        return dryRun ? RunMode.DRY_RUN : RunMode.ENABLED;
    }

    private GateRequest request(String address) throws PolicyException {
        PolicyDocument document = document();
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
                state = advance.state();
                advance.messages().forEach(progress::println);
                if (log.isDue(advance.waitingFor(), main.clock.instant())) {
                    progress.println("Waiting for " + advance.waitingFor());
                }
                progress.flush();
                if (!state.isDone()) {
                    Thread.sleep(advance.delay().toMillis());
                }
            }
        } catch (RuntimeException e) {
            state = gate.failed(state, ErrorCategory.CONFLICT, "The gate could not go on: " + e);
        }
        return gate.report(state);
    }

    private PolicyDocument document() throws PolicyException {
        if (policyFile != null) {
            return PolicyFiles.read(main.directory, policyFile, model);
        }
        if (!Files.notExists(main.directory.resolve(DEFAULT_POLICY), LinkOption.NOFOLLOW_LINKS)) {
            PolicyDocument own = PolicyFiles.read(main.directory, DEFAULT_POLICY, model);
            return own.hasModel(model) || thresholds == null ? own : null;
        }
        return null;
    }

    private PolicyOverrides overrides() {
        return PolicyOverrides.builder(CheckCommand::optionName)
                .thresholds(thresholds == null ? null : Thresholds.parse(thresholds))
                .baseline(baseline)
                .promote(promotion())
                .experiment(experiment)
                .filter(filter)
                .maxAge(maxAge)
                .timeout(timeout)
                .settle(settle)
                .exactCandidate(exact != null)
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
        if (exact == null) {
            return null;
        }
        if (exact.modelId != null) {
            throw new IllegalArgumentException(
                    "option `--model-id` is not supported yet; name the candidate by --run-id, --version or --alias");
        }
        ExactCandidate candidate = exact.runId != null
                ? new ExactCandidate(ExactCandidate.Kind.RUN, exact.runId)
                : exact.version != null
                        ? new ExactCandidate(ExactCandidate.Kind.VERSION, exact.version)
                        : new ExactCandidate(ExactCandidate.Kind.ALIAS, exact.alias);
        if (candidate.problem() != null) {
            throw new IllegalArgumentException("the candidate " + candidate.problem());
        }
        return candidate;
    }
}
