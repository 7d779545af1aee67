package io.jenkins.plugins.mlflow.training;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.slaves.WorkspaceList;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.config.ChangeRequests;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.TrainingLogin;
import io.jenkins.plugins.mlflow.tracking.RunContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.FailureHandler;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.GeneralNonBlockingStepExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Prepares the environment, runs the body in it, and lists the build's runs afterwards. */
final class WithMlflowExecution extends GeneralNonBlockingStepExecution {
    private static final long serialVersionUID = 1L;
    private static final List<String> LOGIN = List.of(TrainingLogin.USER, TrainingLogin.PASSWORD, TrainingLogin.TOKEN);

    private final String server;
    private final String experiment;
    private final LinkedHashMap<String, String> tags;
    private final boolean requireRun;

    WithMlflowExecution(StepContext context, WithMlflowStep step) {
        super(context);
        server = step.getServer();
        experiment = step.getExperiment();
        tags = new LinkedHashMap<>(step.getTags());
        requireRun = step.isRequireRun();
    }

    @Override
    public boolean start() {
        run(this::begin);
        return false;
    }

    private void begin() throws IOException, InterruptedException {
        StepContext context = getContext();
        Run<?, ?> run = context.get(Run.class);
        FilePath folder = context.get(FilePath.class);
        MlflowServerConfiguration configuration = configuration(run, server);
        TrainingLogin login = login(configuration, run, context.get(TaskListener.class));
        if (configuration.getCaCertificates() != null && folder == null) {
            throw new AbortException(
                    "CONFIGURATION: MLflow server '" + configuration.getName() + "' has CA certificates, which a"
                            + " training needs as a file, and withMlflow is outside of a node. Put withMlflow inside of a node.");
        }
        Map<String, String> variables = variables(configuration, run, login);
        TreeMap<String, Long> localLogs = folder == null ? new TreeMap<>() : LocalLogs.look(folder);
        FilePath certificates = null;
        if (configuration.getCaCertificates() != null) {
            FilePath temporary = WorkspaceList.tempDir(folder);
            if (temporary == null) {
                throw new AbortException(
                        "CONFIGURATION: the workspace is the root of a file system, which leaves no place for the"
                                + " server's CA certificates. Use a workspace below another folder.");
            }
            certificates = temporary.child("mlflow-ca-" + UUID.randomUUID() + ".pem");
            AgentFiles.write(certificates, configuration.getCaCertificates());
        }
        // Removed if it is empty: another server's would be wrong here.
        variables.put("MLFLOW_TRACKING_SERVER_CERT_PATH", certificates == null ? "" : certificates.getRemote());
        BodyInvoker body = context.newBodyInvoker()
                .withContext(new TrainingBlock(configuration.destination()))
                .withContext(EnvironmentExpander.merge(
                        context.get(EnvironmentExpander.class), new TrainingEnvironment(variables, login.secret())))
                .withCallback(new End(
                        configuration.getName(), certificates == null ? null : certificates.getRemote(), localLogs));
        List<Secret> masked = masked(configuration, login);
        if (!masked.isEmpty()) {
            SecretMask mask = new SecretMask(masked, run.getCharset().name());
            body.withContext(BodyInvoker.mergeConsoleLogFilters(context.get(ConsoleLogFilter.class), mask));
            body.withContext(FailureHandler.merge(context.get(FailureHandler.class), mask));
        }
        body.start();
    }

    /** MLflow's clients print the address of the server, which readers of the build must not see if it has another one for them. */
    private static List<Secret> masked(MlflowServerConfiguration configuration, TrainingLogin login) {
        List<Secret> masked = new ArrayList<>(login.secret().values());
        if (configuration.getUiUrl() != null) {
            masked.add(Secret.fromString(configuration.getTrackingUri().replaceAll("/+$", "")));
        }
        return masked;
    }

    private static MlflowServerConfiguration configuration(Run<?, ?> run, String name) throws AbortException {
        try {
            return JobConfiguration.of(run.getParent()).getServer(name);
        } catch (ConfigurationException e) {
            throw new AbortException("CONFIGURATION: " + e.getMessage());
        }
    }

    private static TrainingLogin login(MlflowServerConfiguration configuration, Run<?, ?> run, TaskListener listener)
            throws AbortException {
        if (configuration.getTrainingCredentialsId() != null && ChangeRequests.isOfFork(run.getParent())) {
            listener.getLogger()
                    .println("No training credentials are given to this build: it builds a change request of a fork,"
                            + " whose scripts could read them.");
            return TrainingLogin.NONE;
        }
        try {
            return TrainingLogin.of(configuration, run);
        } catch (ConfigurationException e) {
            throw new AbortException("CONFIGURATION: " + e.getMessage());
        }
    }

    /** Those that are no secrets. One with an empty value is to be removed. */
    private Map<String, String> variables(MlflowServerConfiguration configuration, Run<?, ?> run, TrainingLogin login)
            throws IOException, InterruptedException {
        EnvVars environment = getContext().get(EnvVars.class);
        BuildRunsAction action = BuildRunsAction.begin(run, configuration);
        Map<String, String> variables = new LinkedHashMap<>();
        TrainingBlock around = getContext().get(TrainingBlock.class);
        boolean ofAnotherServer = around != null && !around.destination().equals(configuration.destination());
        if (ofAnotherServer || !login.open().isEmpty() || !login.secret().isEmpty()) {
            LOGIN.forEach(name -> variables.put(name, ""));
        }
        login.secret().keySet().forEach(variables::remove);
        variables.putAll(login.open());
        variables.put("MLFLOW_TRACKING_URI", configuration.getTrackingUri());
        variables.put("MLFLOW_WORKSPACE", configuration.getWorkspace() == null ? "" : configuration.getWorkspace());
        // A client that is given a run resumes it, and does not tag it.
        variables.put("MLFLOW_RUN_ID", "");
        if (experiment != null || ofAnotherServer) {
            variables.put("MLFLOW_EXPERIMENT_NAME", experiment == null ? "" : experiment);
            variables.put("MLFLOW_EXPERIMENT_ID", "");
        }
        try {
            variables.put(
                    RunContext.VARIABLE,
                    RunContext.with(
                            environment.get(RunContext.VARIABLE),
                            TrainingTags.of(
                                    run,
                                    environment,
                                    Checkouts.of(run, getContext().get(FilePath.class)),
                                    tags,
                                    action.tags())));
        } catch (IllegalArgumentException e) {
            throw new AbortException("CONFIGURATION: the variable " + RunContext.VARIABLE + " " + e.getMessage() + ".");
        }
        return variables;
    }

    /** After the body, however it ended. */
    private final class End extends BodyExecutionCallback {
        private static final long serialVersionUID = 1L;

        private final String serverName;
        private final String certificates;
        private final TreeMap<String, Long> localLogs;

        End(String serverName, String certificates, TreeMap<String, Long> localLogs) {
            this.serverName = serverName;
            this.certificates = certificates;
            this.localLogs = localLogs;
        }

        @Override
        public void onSuccess(StepContext context, Object result) {
            run(() -> {
                deleteCertificates(context);
                listing(context, requireRun).print(context.get(FilePath.class), localLogs);
                context.onSuccess(result);
            });
        }

        @Override
        public void onFailure(StepContext context, Throwable failure) {
            run(() -> {
                try {
                    deleteCertificates(context);
                    // Whoever stopped the build does not wait for MLflow.
                    if (!(failure instanceof FlowInterruptedException)) {
                        listing(context, false).print(context.get(FilePath.class), localLogs);
                    }
                } catch (Exception e) {
                    failure.addSuppressed(e);
                }
                context.onFailure(failure);
            });
        }

        private RunListing listing(StepContext context, boolean required) throws IOException, InterruptedException {
            return new RunListing(context.get(Run.class), context.get(TaskListener.class), serverName, required);
        }

        private void deleteCertificates(StepContext context) throws IOException, InterruptedException {
            FilePath folder = context.get(FilePath.class);
            if (certificates == null || folder == null) {
                return;
            }
            try {
                AgentFiles.delete(new FilePath(folder.getChannel(), certificates));
            } catch (IOException e) {
                context.get(TaskListener.class)
                        .getLogger()
                        .println("WARNING: " + certificates + " could not be deleted: " + e.getMessage());
            }
        }
    }
}
