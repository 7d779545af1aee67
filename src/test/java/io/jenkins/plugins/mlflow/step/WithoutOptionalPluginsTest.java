package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.publish.GateListener;
import java.util.List;
import java.util.logging.LogRecord;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A Jenkins that has none of the plugins that the product can do without, with the class loaders of a real one. */
class WithoutOptionalPluginsTest {
    private static final String[] OPTIONAL = {
        "checks-api",
        "token-macro",
        "configuration-as-code",
        "cloudbees-folder",
        // What needs that one.
        "branch-api",
        "pipeline-groovy-lib",
        "pipeline-model-definition",
        "workflow-multibranch"
    };

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().omitPlugins(OPTIONAL);

    @Test
    void aGateEvaluatesReportsAndArchives() throws Throwable {
        jenkins.then(WithoutOptionalPluginsTest::evaluate);
    }

    private static void evaluate(JenkinsRule r) throws Throwable {
        assertNotNull(r.jenkins.pluginManager.getPlugin("mlflow-eval-gate"));
        for (String plugin : OPTIONAL) {
            assertNull(r.jenkins.pluginManager.getPlugin(plugin), plugin);
        }
        assertEquals(
                List.of(),
                r.jenkins.pluginManager.getFailedPlugins().stream()
                        .map(plugin -> plugin.name)
                        .toList());
        assertEquals(0, ExtensionList.lookup(GateListener.class).size());
        try (HttpMlflow mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate())) {
            WorkflowRun run = Pipelines.build(
                    r,
                    Result.SUCCESS,
                    "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92], promote: 'champion', archive: true,"
                            + " buildDescription: true");
            assertEquals(2, run.getArtifacts().size());
            assertEquals("7", mlflow.holder("champion"));
        }
        for (LogRecord record : Jenkins.logRecords) {
            Throwable thrown = record.getThrown();
            String text = record.getMessage() + " " + thrown;
            assertTrue(!text.contains("NoClassDefFoundError") && !text.contains("ClassNotFoundException"), text);
        }
    }
}
