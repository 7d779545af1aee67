package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.Guide;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * The pipelines of docs/guide.md, as they stand there: their builds end as the guide says and their logs hold what it shows. All in one
 * Jenkins. {@code checkout scm} brings the policy files above it.
 */
@WithJenkins
class GuideStepTest {
    @Test
    void pipelinesOfTheGuideEndAndPrintAsItShows(JenkinsRule jenkins) throws Exception {
        int pipelines = 0;
        for (List<Guide.Block> section : Guide.sections().values()) {
            if (section.stream().anyMatch(block -> block.is("groovy"))) {
                pipelines += run(section, jenkins);
            }
        }
        assertTrue(pipelines > 0);
    }

    private static int run(List<Guide.Block> section, JenkinsRule jenkins) throws Exception {
        int pipelines = 0;
        try (HttpMlflow mlflow = Pipelines.configure(new HttpMlflow())) {
            StringBuilder files = new StringBuilder();
            Guide.Block before = null;
            WorkflowRun build = null;
            for (Guide.Block block : section) {
                if (block.is("yaml") && block.name().equals("stored")) {
                    MlflowGlobalConfiguration.get().setPolicy(block.text());
                } else if (block.is("yaml")) {
                    files.append("writeFile file: '")
                            .append(block.name())
                            .append("', text: '''")
                            .append(block.text())
                            .append("'''\n");
                } else if (block.is("json")) {
                    version(mlflow, block);
                } else if (block.is("groovy")) {
                    build = build(jenkins, files.toString(), block);
                    pipelines++;
                } else if (block.is("text") && before.is("groovy")) {
                    assertLogged(block, build);
                }
                before = block;
            }
        } finally {
            MlflowGlobalConfiguration.get().setPolicy("");
        }
        return pipelines;
    }

    private static WorkflowRun build(JenkinsRule jenkins, String files, Guide.Block block) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "scm = 'the repository'\ndef checkout(repository) {\n" + files + "}\n" + block.text(), true));
        WorkflowRun build = job.scheduleBuild2(0).get();
        assertEquals(Result.fromString(block.name()), build.getResult(), block + "\n" + JenkinsRule.getLog(build));
        return build;
    }

    private static void assertLogged(Guide.Block expected, WorkflowRun build) throws Exception {
        String log = JenkinsRule.getLog(build);
        int from = 0;
        for (String line : expected.text().split("\n")) {
            if (line.strip().equals("…")) {
                continue;
            }
            int found = log.indexOf(line, from);
            assertTrue(found >= 0, expected + " shows '" + line + "', which is not logged there:\n" + log);
            from = found + line.length();
        }
    }

    private static void version(HttpMlflow mlflow, Guide.Block block) {
        List<Object> values = new ArrayList<>();
        ((Map<?, ?>) Json.read(block.text())).forEach((metric, value) -> values.addAll(List.of(metric, value)));
        int version = Integer.parseInt(block.words().get("version"));
        mlflow.version(version, "run-" + version, values.toArray());
        if (block.words().containsKey("alias")) {
            mlflow.alias(block.words().get("alias"), version);
        }
    }
}
