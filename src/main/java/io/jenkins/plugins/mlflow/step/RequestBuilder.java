package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ChangeRequests;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.StoredPolicy;
import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.RunTags;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.report.TriggeringVersion;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.training.BuildRunTags;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;

/** Turns the step's parameters, the workspace and the global configuration into the request of a gate. */
final class RequestBuilder {
    static final String DEFAULT_POLICY = "eval_gate.yaml";
    static final String STORED_POLICY = "stored policy";
    static final String THRESHOLDS = "thresholds";
    private static final Duration AGENT_DEADLINE = Duration.ofSeconds(30);

    private final GateParameters parameters;
    private final Run<?, ?> run;
    private final GateBuild build;
    private final WorkspacePolicy.Found inWorkspace;

    /** {@code inWorkspace} is what the workspace has at {@link #path}; null outside of a node. */
    RequestBuilder(GateParameters parameters, GateBuild build, WorkspacePolicy.Found inWorkspace) {
        this.parameters = parameters;
        this.run = build.run();
        this.build = build;
        this.inWorkspace = inWorkspace;
    }

    GateRequest request(MlflowServerConfiguration server) throws StepException, InterruptedException {
        try {
            BuildRunTags runs = buildRuns(server);
            PolicyDocument document = document();
            String origin = document == null ? THRESHOLDS : document.origin();
            GatePolicy policy = held(
                    PolicyReader.resolve(document, parameters.model(), parameters.overrides(runs != null)),
                    document,
                    origin);
            ExactCandidate exact = parameters.exact();
            TriggeringVersion triggering = triggering(server, policy.candidate());
            if (triggering != null) {
                exact = new ExactCandidate(ExactCandidate.Kind.VERSION, triggering.getVersion());
                runs = null;
            }
            return new GateRequest(
                            parameters.model(),
                            server.getName(),
                            exact,
                            policy,
                            origin,
                            CanonicalPolicy.sha256(policy),
                            parameters.runMode(),
                            buildUrl())
                    .evaluatedBy(parameters.evaluationRun())
                    .locked(!locks().isEmpty())
                    .among(runs == null ? null : RunTags.of(runs.tags(), runs.owner(), parameters.ofUpstream()))
                    .barred(ServerResolver.whyNotPromote(server, run))
                    .barred(whyNotPromote(server, runs));
        } catch (PolicyException e) {
            throw new StepException(e.getMessage());
        }
    }

    /** The version that the build was started for, unless the step or the policy names or selects another candidate. */
    private TriggeringVersion triggering(MlflowServerConfiguration server, CandidateSelection selection) {
        return parameters.exact() != null || parameters.ofUpstream() || selection.isSelective()
                ? null
                : TriggeringVersion.of(run, server.registry(), parameters.model());
    }

    /** Null if any run of the server may be the candidate. */
    private BuildRunTags buildRuns(MlflowServerConfiguration server) throws StepException {
        if (parameters.exact() != null) {
            return null;
        }
        if (!parameters.ofUpstream()) {
            return BuildRunTags.of(run, server);
        }
        List<BuildRunTags> found =
                BuildRunTags.ofUpstream(run, server, build.node().getExecution().getAuthentication2());
        if (found.isEmpty()) {
            throw new StepException(
                    ErrorCategory.NOT_FOUND,
                    "there are no runs of an upstream build: no build that this one may read triggered it and had a withMlflow block"
                            + " for server '" + server.getName()
                            + "'. Trigger this job from such a build, or name the run with runId.");
        }
        if (found.size() > 1) {
            throw new StepException(
                    ErrorCategory.CONFLICT,
                    "several builds with runs triggered this one: "
                            + found.stream().map(BuildRunTags::owner).collect(Collectors.joining(", "))
                            + ". Name the run with runId, or let each of them trigger a build of its own.");
        }
        return found.get(0);
    }

    /** A run of another job is promoted only if that job may promote, too: it may be that of a change request. */
    private static String whyNotPromote(MlflowServerConfiguration server, BuildRunTags runs) {
        return runs == null ? null : ServerResolver.whyNotPromote(server, runs.build());
    }

    /** Relative to Jenkins if its own address is not configured. */
    private String buildUrl() {
        String root = Jenkins.get().getRootUrl();
        return root == null ? run.getUrl() : root + run.getUrl();
    }

    /**
     * If the model's stored policy is locked, nothing may ask less than that, wherever it comes from; where those of several folders
     * are, less than any of them.
     */
    private GatePolicy held(GatePolicy wanted, PolicyDocument document, String origin)
            throws StepException, PolicyException {
        List<StoredPolicy> locks = locks();
        GatePolicy policy = wanted;
        for (StoredPolicy locked : locks) {
            checkStored(document, locked);
            policy = parameters.exact() == null ? policy : locked.lock().forExactCandidate(policy);
        }
        for (StoredPolicy locked : locks) {
            List<String> violations = locked.lock().violations(policy);
            if (!violations.isEmpty()) {
                throw new StepException(locked.lockedBy()
                        + ". A pipeline may add rules or tighten them, but what this step asks for ("
                        + origin + ", with the step's parameters) asks less:\n- " + String.join("\n- ", violations)
                        + "\nCorrect that, or ask the administrator to change the stored policy.");
            }
        }
        return policy;
    }

    /** If the step uses the stored policy of a folder, that one must not be looser than a locked one around it. */
    private void checkStored(PolicyDocument document, StoredPolicy locked) throws StepException, PolicyException {
        StoredPolicy stored = stored().orElse(null);
        if (stored == null || stored.document() != document || locked.document() == document) {
            return;
        }
        List<String> violations = locked.lock().violations(stored.resolved());
        if (!violations.isEmpty()) {
            throw new StepException(locked.lockedBy() + ", and the policy stored in folder '" + stored.folder()
                    + "' asks less:\n- " + String.join("\n- ", violations)
                    + "\nCorrect the policy in the configuration of folder '" + stored.folder() + "'.");
        }
    }

    /** The first hit wins: the named file, the workspace's own, the stored one. Null if only the thresholds are left. */
    private PolicyDocument document() throws StepException, PolicyException, InterruptedException {
        if (parameters.has("policy")) {
            return named(parameters.text("policy"));
        }
        PolicyDocument own = own();
        if (own != null) {
            return own;
        }
        Optional<StoredPolicy> stored = stored();
        if (stored.isPresent()) {
            return stored.get().document();
        }
        if (parameters.has(THRESHOLDS)) {
            return null;
        }
        if (isOfFork()) {
            throw new StepException(
                    "there are no rules for model '" + parameters.model() + "'. The build is that of a change"
                            + " request of a fork, whose own policy file does not count, and the revision to trust has none with this"
                            + " model. Add the model to " + DEFAULT_POLICY
                            + " of the target branch, give `thresholds`, or ask the"
                            + " administrator to store a policy for this model.");
        }
        throw new StepException("there are no rules for model '" + parameters.model() + "'. Put a " + DEFAULT_POLICY
                + " with this model into the workspace and run the step inside of a node, name a file with `policy`,"
                + " give `thresholds`, or ask the administrator to store a policy for this model.");
    }

    private PolicyDocument named(String path) throws StepException, PolicyException, InterruptedException {
        if (inWorkspace == null) {
            throw new StepException("parameter `policy` names the file '" + path
                    + "' of a workspace, but the step does not run inside of a node. Put it inside of a node.");
        }
        PolicyFile file = find(path);
        if (file.found().isAbsent()) {
            throw new StepException("policy file '" + path + "' is not " + file.place()
                    + ". Check the path, and that the sources were checked out.");
        }
        PolicyDocument document = read(file, path);
        if (!document.hasModel(parameters.model())) {
            throw new StepException("policy file '" + path + "' has no model '" + parameters.model() + "'; it has: "
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

    private PolicyDocument own() throws StepException, PolicyException, InterruptedException {
        if (inWorkspace == null) {
            return null;
        }
        PolicyFile file = find(DEFAULT_POLICY);
        if (file.found().isAbsent()) {
            return null;
        }
        PolicyDocument document = read(file, DEFAULT_POLICY);
        return document.hasModel(parameters.model()) ? document : null;
    }

    /** In the workspace; but there may be a stranger's file if the build is that of a change request of a fork. */
    private PolicyFile find(String path) throws StepException, InterruptedException {
        return isOfFork()
                ? TrustedPolicy.read(run, build.log(), path, agentDeadline(parameters))
                : new PolicyFile(path, "in the workspace", inWorkspace);
    }

    private boolean isOfFork() {
        return ChangeRequests.isOfFork(run.getParent());
    }

    private PolicyDocument read(PolicyFile file, String path) throws StepException, PolicyException {
        if (file.found().problem != null) {
            throw new StepException("policy file '" + path + "' cannot be used: " + file.found().problem + ".");
        }
        return PolicyDocument.read(file.origin(), file.found().bytes, parameters.model());
    }

    private Optional<StoredPolicy> stored() throws StepException {
        try {
            return JobConfiguration.of(run.getParent()).storedPolicy(parameters.model());
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
    }

    private List<StoredPolicy> locks() throws StepException {
        try {
            return JobConfiguration.of(run.getParent()).lockedPolicies(parameters.model());
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
    }
}
