package io.jenkins.plugins.mlflow.step;

import hudson.EnvVars;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * The secrets that a build has at a step: what {@code withCredentials} bound around it, and its password parameters. Jenkins masks
 * them in the log; a parameter of the step may hold them, too, and what a report says of it is masked alike.
 */
final class Secrets {
    private static final String MASK = "****";
    /** Of the report: words of ours, which hold no parameter. */
    private static final Set<String> OUR_WORDS =
            Set.of("status", "run_mode", "verdict", "criticality", "rule", "category", "run_status", "sha256");

    private static final String MOMENT = "_at";

    /** The longest first, so that one that is part of another leaves nothing of it. */
    private final List<String> texts;

    private Secrets(Set<String> secrets) {
        Set<String> all = new TreeSet<>();
        for (String secret : secrets) {
            if (!secret.isBlank()) {
                all.add(secret);
                all.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
                all.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
                all.add(secret.replace("'", "''"));
            }
        }
        texts = new ArrayList<>(all);
        texts.sort(Comparator.comparing(String::length).reversed());
    }

    static Secrets of(StepContext context) throws IOException, InterruptedException {
        Set<String> secrets = new TreeSet<>();
        EnvironmentExpander expander = context.get(EnvironmentExpander.class);
        if (expander != null && !expander.getSensitiveVariables().isEmpty()) {
            EnvVars variables = new EnvVars();
            expander.expand(variables);
            expander.getSensitiveVariables().stream()
                    .map(variables::get)
                    .filter(value -> value != null)
                    .forEach(secrets::add);
        }
        Run<?, ?> run = context.get(Run.class);
        for (ParametersAction parameters : run.getActions(ParametersAction.class)) {
            for (ParameterValue parameter : parameters.getAllParameters()) {
                if (parameter.isSensitive() && parameter.getValue() instanceof Secret secret) {
                    secrets.add(secret.getPlainText());
                }
            }
        }
        return new Secrets(secrets);
    }

    /** For tests. */
    static Secrets of(String... secrets) {
        return new Secrets(Set.of(secrets));
    }

    /** {@code text} may be null. */
    String mask(String text) {
        String masked = text;
        for (String secret : texts) {
            masked = masked == null ? null : masked.replace(secret, MASK);
        }
        return masked;
    }

    /** The report as users may read it. */
    GateReport mask(GateReport report) {
        return texts.isEmpty() ? report : GateReport.fromMap((Map<?, ?>) masked(report.toMap()));
    }

    private Object masked(Object value) {
        if (value instanceof String text) {
            return mask(text);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(masked(item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, isOurs(String.valueOf(key)) ? item : masked(item)));
            return copy;
        }
        return value;
    }

    private static boolean isOurs(String key) {
        return OUR_WORDS.contains(key) || key.endsWith(MOMENT);
    }

    /** The policy as it may be kept and compared: a secret can come into it by the filter. */
    GatePolicy mask(GatePolicy policy) {
        CandidateSelection candidate = policy.candidate();
        if (texts.isEmpty()) {
            return policy;
        }
        return new GatePolicy(
                new CandidateSelection(
                        mask(candidate.experiment()),
                        mask(candidate.filter()),
                        candidate.best(),
                        candidate.orderBy(),
                        candidate.maxAge(),
                        candidate.nested(),
                        candidate.alias(),
                        candidate.stage(),
                        candidate.evaluationRun()),
                policy.waiting(),
                policy.baseline(),
                policy.rules(),
                policy.promotion());
    }
}
