package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The builds of a controller that is killed: begun and ended within it, each as its order says. */
final class DoomedBuilds {
    private DoomedBuilds() {}

    static void kill(RealJenkinsExtension controller) throws Exception {
        Process process = controller.getProcess();
        controller.stopJenkinsForcibly();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "a killed process lives on");
    }

    /**
     * One build, as the controller must know it; its job and its server have its name.
     *
     * @param rival the script of a second build, or null
     * @param fast whether Jenkins keeps the state of the build only when it goes down in order
     * @param asks whether somebody must approve the promotion
     */
    record Order(String name, String uri, String script, String rival, boolean fast, boolean asks)
            implements Serializable {}

    /** What became of the builds of one order, the first one first. */
    record Ended(ArrayList<String> results, ArrayList<String> logs, ArrayList<String> reports) implements Serializable {
        /** The build succeeded, and its log and its only report say that it promoted. Its script echoes what its gate returned. */
        void assertPromoted(int build, String version, String previous, String all) {
            if (!wasOverWhenKilled(logs.get(build - 1))) {
                assertEquals("SUCCESS", results.get(build - 1), all);
            }
            assertTrue(logs.get(build - 1).contains("after: PASSED " + version + " true " + previous), all);
            List<?> told = (List<?>) Json.read(reports.get(build - 1));
            assertEquals(1, told.size(), all);
            Map<?, ?> promotion = (Map<?, ?>) ((Map<?, ?>) told.get(0)).get("promotion");
            assertEquals(true, promotion.get("promoted"), all);
            assertEquals(version, promotion.get("version"), all);
            assertEquals(previous, promotion.get("previous_version"), all);
            assertEquals(null, promotion.get("reason"), all);
        }

        /** Jenkins fails a build whose controller dies while it packs the steps of a pipeline that has come to its end. */
        private static boolean wasOverWhenKilled(String log) {
            int end = log.indexOf("[Pipeline] End of Pipeline");
            return end >= 0 && log.indexOf("Cannot load build steps because FlowNode", end) >= 0;
        }
    }

    // --- in the controller ---

    /** Those that have begun before go on. */
    static void begin(JenkinsRule jenkins, ArrayList<Order> orders) throws Throwable {
        List<MlflowServerConfiguration> servers = new ArrayList<>();
        for (Order order : orders) {
            MlflowServerConfiguration server = new MlflowServerConfiguration(order.name(), order.uri());
            server.setRequestTimeoutSeconds(300);
            servers.add(server);
        }
        MlflowGlobalConfiguration.get().setServers(servers);
        for (Order order : orders) {
            if (jenkins.jenkins.getItem(order.name()) == null) {
                WorkflowJob job = jenkins.createProject(WorkflowJob.class, order.name());
                if (order.fast()) {
                    job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                }
                WorkflowRun run = build(job, order.script());
                if (order.asks()) {
                    jenkins.waitForMessage("Input requested", run);
                }
            }
        }
    }

    static void beginRivals(JenkinsRule jenkins, ArrayList<Order> orders) throws Throwable {
        for (Order order : orders) {
            jenkins.waitForMessage("Waiting for the promotions of", build(job(jenkins, order), order.rival()));
        }
    }

    static void awaitMessage(JenkinsRule jenkins, ArrayList<Order> orders, String message) throws Throwable {
        for (Order order : orders) {
            jenkins.waitForMessage(message, job(jenkins, order).getBuildByNumber(1));
        }
    }

    private static WorkflowJob job(JenkinsRule jenkins, Order order) {
        return jenkins.jenkins.getItemByFullName(order.name(), WorkflowJob.class);
    }

    private static WorkflowRun build(WorkflowJob job, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static void approve(WorkflowRun run) throws Exception {
        InputAction inputs = run.getAction(InputAction.class);
        while (inputs.getExecutions().isEmpty()) {
            Thread.sleep(100);
        }
        inputs.getExecutions().get(0).proceed(Map.of());
    }

    /** Jenkins fails such a build without asking its gate; only some versions say why in its log. */
    private static boolean isNotResumed(WorkflowRun build) throws IOException {
        return build.getResult() == Result.FAILURE
                && build.getAction(GateReportAction.class) == null
                && build.getLog(1_000).stream().noneMatch(line -> line.contains("[mlflowEvalGate] ERROR"));
    }

    /** A build that Jenkins could not resume is run again. */
    static Ended end(JenkinsRule jenkins, Order order) throws Throwable {
        WorkflowJob job = job(jenkins, order);
        if (order.asks()) {
            approve(job.getBuildByNumber(1));
        }
        if (order.fast()) {
            WorkflowRun first = jenkins.waitForCompletion(job.getBuildByNumber(1));
            if (isNotResumed(first)) {
                jenkins.waitForCompletion(build(job, order.script()));
                first.delete();
            }
        }
        Ended ended = new Ended(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<WorkflowRun> builds = new ArrayList<>(job.getBuilds());
        builds.sort(Comparator.comparingInt(WorkflowRun::getNumber));
        for (WorkflowRun build : builds) {
            jenkins.waitForCompletion(build);
            GateReportAction reports = build.getAction(GateReportAction.class);
            ended.results().add(String.valueOf(build.getResult()));
            ended.logs().add(String.join("\n", build.getLog(1_000)));
            ended.reports().add(Json.write(reports == null ? List.of() : Pipelines.reports(reports)));
        }
        return ended;
    }
}
