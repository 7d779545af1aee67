package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.gate.HttpMlflow.MODEL;

import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.FakeClock;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;
import org.jvnet.hudson.test.JenkinsRule;

/** Jobs that MLflow triggers, driven by the test and its clock alone. */
final class Triggered {
    static final String SHOW =
            "echo \"SEEN: ${env.MLFLOW_MODEL_NAME} ${env.MLFLOW_MODEL_VERSION} ${env.MLFLOW_RUN_ID}\"";
    private static final Duration LONGER_THAN_AN_INTERVAL = Duration.ofMinutes(6);

    final FakeClock clock = new FakeClock();
    private final JenkinsRule jenkins;

    Triggered(JenkinsRule jenkins) {
        this.jenkins = jenkins;
        TriggerEngine.automatic = false;
        TriggerEngine.get().setClock(clock);
    }

    static MlflowServerConfiguration configure(HttpMlflow mlflow) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        return server;
    }

    static MlflowModelVersionTrigger trigger(String... on) {
        MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger(MODEL);
        trigger.setOn(List.of(on));
        return trigger;
    }

    WorkflowJob job(String name, String script, MlflowModelVersionTrigger trigger) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        job.addProperty(new PipelineTriggersJobProperty(List.of(trigger)));
        trigger.start(job, true);
        return job;
    }

    /** Does what is due now. */
    void run() {
        TriggerEngine.get().run(Runnable::run);
    }

    /** Polls all servers that are polled. */
    void poll() {
        clock.pass(LONGER_THAN_AN_INTERVAL);
        run();
    }

    boolean offer(MlflowServerConfiguration server, VersionEvent event) {
        return EventInbox.get().offer(server, event);
    }

    /** The events of all builds, as soon as all have ended, in the order of the builds. */
    List<String> events(Job<?, ?> job) throws Exception {
        jenkins.waitUntilNoActivity();
        List<String> events = new ArrayList<>();
        for (Run<?, ?> run : job.getBuilds()) {
            ModelVersionCause cause = run.getCause(ModelVersionCause.class);
            events.add(cause == null ? "other" : cause.getVersion() + " " + cause.getEvent());
        }
        Collections.reverse(events);
        return events;
    }
}
