package io.jenkins.plugins.mlflow.step;

import hudson.FilePath;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.libs.GlobalUntrustedLibraries;
import org.jenkinsci.plugins.workflow.libs.LibraryConfiguration;
import org.jenkinsci.plugins.workflow.libs.LibraryRetriever;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The shared library of docs/shared-library.md, loaded and run as it stands there. */
@WithJenkins
class SharedLibraryTest {
    private static final Path LIBRARY = Path.of("docs", "shared-library");

    /** Hands out the library as it lies in the docs. */
    private static final class DocsRetriever extends LibraryRetriever {
        @Override
        public void retrieve(
                String name, String version, boolean changelog, FilePath target, Run<?, ?> run, TaskListener listener)
                throws Exception {
            retrieve(name, version, target, run, listener);
        }

        @Override
        public void retrieve(String name, String version, FilePath target, Run<?, ?> run, TaskListener listener)
                throws Exception {
            new FilePath(LIBRARY.toFile()).copyRecursiveTo("vars/**", target);
        }
    }

    @Test
    void theDocumentedLibraryTrainsAndGates(JenkinsRule jenkins) throws Exception {
        LibraryConfiguration library = new LibraryConfiguration("ml", new DocsRetriever());
        library.setDefaultVersion("main");
        GlobalUntrustedLibraries.get().setLibraries(List.of(library));
        try (HttpMlflow mlflow = Pipelines.configure(new HttpMlflow())) {
            mlflow.version(7, "r7", "accuracy", 0.93).alias("champion", 7).ofEveryBuild("r7");
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "@Library('ml') _\n"
                            + "def gate = null\nnode { gate = trainAndGate(model: 'churn-classifier', train: 'echo $MLFLOW_TRACKING_URI',"
                            + " thresholds: [accuracy: 0.9]) }\n"
                            + "echo \"after: ${gate.status} ${gate.runId}\"",
                    true));

            WorkflowRun run = jenkins.buildAndAssertStatus(Result.SUCCESS, job);

            jenkins.assertLogContains("after: PASSED r7", run);
        }
    }
}
