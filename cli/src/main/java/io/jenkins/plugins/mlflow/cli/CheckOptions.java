package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.gate.Approval;
import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.gate.RunTags;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.Thresholds;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** What the options of {@code check} ask for. Methods throw IllegalArgumentException with a message for people. */
final class CheckOptions {
    /** As a value of {@code --promote}: nothing. */
    private static final String NOTHING = "false";

    private static final String REQUEST_TIMEOUT = "10s";

    private final Arguments given;

    /** @throws ParseException if the options name more than one candidate */
    CheckOptions(Arguments given) throws ParseException {
        this.given = given;
        List<String> named = Stream.of("run-id", "version", "alias", "model-id")
                .filter(given::has)
                .toList();
        boolean evaluated = named.equals(List.of("run-id", "version")) || named.equals(List.of("run-id", "alias"));
        if (named.size() > 1 && !evaluated) {
            throw new ParseException(
                    "--" + String.join(", --", named) + " cannot be given together; give one of them, or"
                            + " --run-id with --version or --alias, which makes the run the evaluation run of that version");
        }
    }

    static Options all() {
        Options options = new Options();
        options.addOption(Arguments.required(Arguments.option("model", "NAME", "Registered model name.")));
        options.addOption(
                Arguments.option("policy", "FILE", "Policy file. Without it, ./eval_gate.yaml if it is there."));
        options.addOption(
                Arguments.repeatable(
                        "threshold",
                        "NAME=BOUND",
                        "NAME=NUMBER or NAME>=NUMBER (at least), NAME<=NUMBER (at most); replaces the policy's metrics. Repeatable."));
        Connection.addTo(options, REQUEST_TIMEOUT);
        options.addOption(Arguments.option(
                "run-id",
                "ID",
                "Evaluate this run; beside --version or --alias: that version, by the metrics of this run."));
        options.addOption(Arguments.option("version", "N", "Evaluate this model version."));
        options.addOption(Arguments.option("alias", "ALIAS", "Evaluate the version with this alias."));
        options.addOption(Arguments.option("model-id", "ID", "Evaluate this logged model of MLflow 3."));
        options.addOption(Arguments.option("experiment", "NAME", "Evaluate the newest run of this experiment."));
        options.addOption(RunTagOptions.option(
                "Evaluate the run with this tag, whatever its experiment; see `env`. Repeatable, all must hold."));
        options.addOption(Arguments.option("filter", "FILTER", "MLflow search filter for that run."));
        options.addOption(
                Arguments.option("nested", "include|ignore", "Whether child runs count, too. Default: they do not."));
        options.addOption(Arguments.option("max-age", "TIME", "How long ago the run may have started, as 24h."));
        options.addOption(Arguments.option("baseline", "ALIAS", "Alias of the version to compare with."));
        options.addOption(
                Arguments.option("promote", "ALIAS|false", "Alias to set after a full pass; false promotes nothing."));
        options.addOption(Arguments.option("stage", "STAGE", "Stage to move to after a full pass."));
        options.addOption(Arguments.option(
                "approved-by", "NAME", "Who approves the promotion, if the policy wants it approved."));
        options.addOption(Arguments.option("approval-reason", "TEXT", "Why; kept with the model version."));
        options.addOption(Arguments.option("timeout", "TIME", "How long to wait for the run; default 5m."));
        options.addOption(Arguments.option("settle", "TIME", "How long values must stay the same; default 5s."));
        options.addOption(Arguments.flag("dry-run", "Evaluate and report, change nothing on the server."));
        Outputs.addTo(options);
        return options;
    }

    String model() {
        return given.text("model");
    }

    /** The policy file that was named, or null. */
    Path policyFile() {
        return given.path("policy");
    }

    boolean hasThresholds() {
        return given.has("threshold");
    }

    Connection connection(Main main) {
        return Connection.of(given, REQUEST_TIMEOUT, main);
    }

    RunMode mode() {
        return given.has("dry-run") ? RunMode.DRY_RUN : RunMode.ENABLED;
    }

    /** The approval that was given beforehand, as of this moment; empty if there is none. */
    Optional<Approval> approval(Instant at) {
        String by = given.text("approved-by");
        String reason = given.text("approval-reason");
        if (by != null && by.isBlank()) {
            throw new IllegalArgumentException("option `--approved-by` is blank; name who approves the promotion");
        }
        if (reason != null && by == null) {
            throw new IllegalArgumentException("option `--approval-reason` is given without `--approved-by`");
        }
        return by == null ? Optional.empty() : Optional.of(new Approval(by, reason, at));
    }

    PolicyOverrides overrides() {
        List<String> thresholds = given.texts("threshold");
        return PolicyOverrides.builder(CheckOptions::optionName)
                .thresholds(thresholds == null ? null : Thresholds.parse(thresholds))
                .baseline(given.text("baseline"))
                .promote(promotion())
                .experiment(given.text("experiment"))
                .filter(given.text("filter"))
                .maxAge(given.text("max-age"))
                .nested(given.text("nested"))
                .timeout(given.text("timeout"))
                .settle(given.text("settle"))
                .exactCandidate(candidate() != null)
                .ofBuild(given.has("tag"))
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
        if (NOTHING.equals(promote) && stage != null) {
            throw new IllegalArgumentException(
                    "option `--promote false` promotes nothing, and `--stage` asks for a promotion; give one of the two");
        }
        if (stage == null) {
            return NOTHING.equals(promote) ? Boolean.FALSE : promote;
        }
        Map<String, Object> both = new LinkedHashMap<>();
        if (promote != null) {
            both.put("alias", promote);
        }
        both.put("stage", stage);
        return both;
    }

    /** The tags of the candidate's run, or null if any run may be the candidate. */
    RunTags runTags() {
        Map<String, String> tags = RunTagOptions.of(given);
        if (!tags.isEmpty() && candidate() != null) {
            throw new IllegalArgumentException(
                    "option `--tag` chooses among runs, but exactly one candidate was given; give only one of the two");
        }
        return tags.isEmpty() ? null : RunTags.of(tags, null, true);
    }

    /** The candidate that was named, or null. */
    ExactCandidate candidate() {
        return Stream.of(
                        exact("version", ExactCandidate.Kind.VERSION),
                        exact("alias", ExactCandidate.Kind.ALIAS),
                        exact("run-id", ExactCandidate.Kind.RUN),
                        exact("model-id", ExactCandidate.Kind.MODEL))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The id of the run whose metrics count for the version or alias that was named, or null for the version's own. */
    String evaluationRun() {
        boolean beside = given.has("version") || given.has("alias");
        ExactCandidate run = beside ? exact("run-id", ExactCandidate.Kind.RUN) : null;
        return run == null ? null : run.value();
    }

    private ExactCandidate exact(String option, ExactCandidate.Kind kind) {
        if (!given.has(option)) {
            return null;
        }
        ExactCandidate candidate = new ExactCandidate(kind, given.text(option));
        if (candidate.problem() != null) {
            throw new IllegalArgumentException("option `--" + option + "` " + candidate.problem());
        }
        return candidate;
    }
}
