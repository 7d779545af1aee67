package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyLock;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;

/** Turns the step's parameters, the workspace and the global configuration into what the gate is asked to do. */
final class Preparation {
    static final String DEFAULT_POLICY = "eval_gate.yaml";
    static final String STORED_POLICY = "stored policy";
    static final String THRESHOLDS = "thresholds";
    private static final Duration AGENT_DEADLINE = Duration.ofSeconds(30);

    private final GateParameters parameters;
    private final Run<?, ?> run;
    private final WorkspacePolicy.Found file;

    /** {@code file} is what the workspace has at {@link #path}; null outside of a node. */
    Preparation(GateParameters parameters, Run<?, ?> run, WorkspacePolicy.Found file) {
        this.parameters = parameters;
        this.run = run;
        this.file = file;
    }

    GateRequest request(MlflowServerConfiguration server) throws StepProblem {
        try {
            PolicyDocument document = document();
            String origin = document == null ? THRESHOLDS : document.origin();
            GatePolicy policy =
                    held(PolicyReader.resolve(document, parameters.model(), parameters.overrides()), origin);
            return new GateRequest(
                            parameters.model(),
                            server.getName(),
                            parameters.exact(),
                            policy,
                            origin,
                            PolicyCanon.sha256(policy),
                            parameters.runMode(),
                            buildUrl())
                    .evaluatedBy(parameters.evaluationRun())
                    .locked(isLocked())
                    .barred(Servers.whyNotPromote(server, run));
        } catch (PolicyException e) {
            throw new StepProblem(e.getMessage());
        }
    }

    /** Relative to Jenkins where the administrator has not told it its own address. */
    private String buildUrl() {
        String root = Jenkins.get().getRootUrl();
        return root == null ? run.getUrl() : root + run.getUrl();
    }

    /** If the administrator locked the model's stored policy, nothing may ask less than that, wherever it comes from. */
    private GatePolicy held(GatePolicy wanted, String origin) throws StepProblem, PolicyException {
        if (!isLocked()) {
            return wanted;
        }
        PolicyLock lock = new PolicyLock(PolicyReader.resolve(stored().orElseThrow(), parameters.model(), PolicyOverrides.NONE));
        GatePolicy policy = parameters.exact() == null ? wanted : lock.forExactCandidate(wanted);
        List<String> violations = lock.violations(policy);
        if (!violations.isEmpty()) {
            throw new StepProblem("the administrator locked the stored policy of model '" + parameters.model()
                    + "'. A pipeline may add rules or tighten them, but what this step asks for (" + origin
                    + ", with the step's parameters) asks less:\n- " + String.join("\n- ", violations)
                    + "\nCorrect that, or ask the administrator to change the stored policy.");
        }
        return policy;
    }

    private boolean isLocked() throws StepProblem {
        return stored().filter(document -> document.isLocked(parameters.model())).isPresent();
    }

    /** The first hit wins: the named file, the workspace's own, the stored one. Null if only the thresholds are left. */
    private PolicyDocument document() throws StepProblem, PolicyException {
        if (parameters.has("policy")) {
            return named(parameters.text("policy"));
        }
        PolicyDocument own = own();
        if (own != null) {
            return own;
        }
        Optional<PolicyDocument> stored = stored();
        if (stored.isPresent()) {
            return stored.get();
        }
        if (parameters.has(THRESHOLDS)) {
            return null;
        }
        throw new StepProblem("there are no rules for model '" + parameters.model() + "'. Put a " + DEFAULT_POLICY
                + " with this model into the workspace and run the step inside of a node, name a file with `policy`,"
                + " give `thresholds`, or ask the administrator to store a policy for this model.");
    }

    private PolicyDocument named(String path) throws StepProblem, PolicyException {
        if (file == null) {
            throw new StepProblem("parameter `policy` names the file '" + path
                    + "' of a workspace, but the step does not run inside of a node. Put it inside of a node.");
        }
        if (file.isAbsent()) {
            throw new StepProblem("policy file '" + path
                    + "' is not in the workspace. Check the path, and that the sources were checked out.");
        }
        PolicyDocument document = read(path, file);
        if (!document.hasModel(parameters.model())) {
            throw new StepProblem("policy file '" + path + "' has no model '" + parameters.model() + "'; it has: "
                    + String.join(", ", document.models()));
        }
        return document;
    }

    /** The file of the workspace that is read if there is a workspace. */
    static String path(GateParameters parameters) {
        return parameters.has("policy") ? parameters.text("policy") : DEFAULT_POLICY;
    }

    /** How long a workspace may take. The policy's own timeout is not known yet; the step's is, if it has one. */
    static Duration agentDeadline(GateParameters parameters) {
        try {
            Duration own = parameters.has("timeout") ? Durations.parse(parameters.text("timeout")) : AGENT_DEADLINE;
            return own.compareTo(AGENT_DEADLINE) < 0 ? own : AGENT_DEADLINE;
        } catch (IllegalArgumentException e) {
            return AGENT_DEADLINE;
        }
    }

    private PolicyDocument own() throws StepProblem, PolicyException {
        if (file == null || file.isAbsent()) {
            return null;
        }
        PolicyDocument document = read(DEFAULT_POLICY, file);
        return document.hasModel(parameters.model()) ? document : null;
    }

    private PolicyDocument read(String path, WorkspacePolicy.Found found) throws StepProblem, PolicyException {
        if (found.problem != null) {
            throw new StepProblem("policy file '" + path + "' cannot be used: " + found.problem + ".");
        }
        return PolicyDocument.read(path, found.bytes, parameters.model());
    }

    private Optional<PolicyDocument> stored() throws StepProblem {
        try {
            return MlflowGlobalConfiguration.get()
                    .storedPolicy()
                    .filter(document -> document.hasModel(parameters.model()));
        } catch (ConfigurationException e) {
            throw new StepProblem(e.getMessage());
        }
    }
}
