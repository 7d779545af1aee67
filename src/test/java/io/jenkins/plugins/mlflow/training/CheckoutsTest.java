package io.jenkins.plugins.mlflow.training;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import hudson.model.Run;
import hudson.scm.NullSCM;
import hudson.scm.SCMDescriptor;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.util.List;
import java.util.Map;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.DataBoundConstructor;

/** The commit in the tags of the runs is the one that was checked out where the block is. */
@WithJenkins
class CheckoutsTest {
    private static final String SHOW = "withMlflow { echo \"SEEN:${env.MLFLOW_RUN_CONTEXT}\" }\n";

    private JenkinsRule jenkins;

    /** A repository that has nothing but a commit, of which it tells a build as the Git plugin does. */
    public static final class FakeGit extends NullSCM {
        private final String commit;

        @DataBoundConstructor
        public FakeGit(String commit) {
            this.commit = commit;
        }

        public String getCommit() {
            return commit;
        }

        @Override
        public void buildEnvironment(Run<?, ?> build, Map<String, String> env) {
            env.put("GIT_COMMIT", commit);
            env.put("GIT_BRANCH", "origin/" + commit);
        }

        @TestExtension
        public static final class DescriptorImpl extends SCMDescriptor<FakeGit> {
            public DescriptorImpl() {
                super(null);
            }

            @Override
            public String getDisplayName() {
                return "Fake Git";
            }
        }
    }

    @BeforeEach
    void aServer(JenkinsRule rule) {
        jenkins = rule;
        MlflowGlobalConfiguration.get()
                .setServers(List.of(new MlflowServerConfiguration("production", "http://127.0.0.1:9")));
    }

    private static String checkout(String commit) {
        return "checkout([$class: 'FakeGit', commit: '" + commit + "'])\n";
    }

    /** Commit and branch of every block that showed them. */
    private List<String> commits(String script) throws Exception {
        WorkflowRun run = build(jenkins, Result.SUCCESS, script);
        return run.getLog(1000).stream()
                .filter(line -> line.startsWith("SEEN:"))
                .map(line -> JSONObject.fromObject(line.substring(5)))
                .map(tags -> tags.opt("mlflow.source.git.commit") + " " + tags.opt("mlflow.source.git.branch"))
                .toList();
    }

    @Test
    void theFolderOfTheBlockOrTheNearestAroundItCounts() throws Exception {
        String script =
                "node {\n" + SHOW + "dir('a') { " + checkout("aaa") + " }\n" + SHOW + "dir('a') { " + SHOW + " }\n"
                        + checkout("ccc") + SHOW + "dir('a/deep') { " + SHOW + " }\n dir('b') { " + SHOW + " }\n"
                        + checkout("ddd") + SHOW
                        + "}\n" + SHOW;

        assertEquals(
                List.of(
                        "null null",
                        "null null",
                        "aaa origin/aaa",
                        "ccc origin/ccc",
                        "aaa origin/aaa",
                        "ccc origin/ccc",
                        "ddd origin/ddd",
                        "null null"),
                commits(script));
    }

    @Test
    void aVariableOfThePipelineWins() throws Exception {
        assertEquals(
                List.of("eee main"),
                commits("node { " + checkout("aaa") + "withEnv(['GIT_COMMIT=eee', 'BRANCH_NAME=main']) { " + SHOW
                        + " } }"));
    }
}
