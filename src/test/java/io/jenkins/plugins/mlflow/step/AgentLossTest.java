package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Label;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jenkins.security.MasterToSlaveCallable;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Once the policy is read, a gate needs its agent no more. */
@WithJenkins
class AgentLossTest {

    private static final class Pid extends MasterToSlaveCallable<Long, RuntimeException> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long call() {
            return ProcessHandle.current().pid();
        }
    }

    @Test
    void aGateWhoseAgentDiesWhileItWaitsPromotesAllTheSame(JenkinsRule jenkins) throws Exception {
        try (HttpMlflow mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate())) {
            mlflow.status("r7", "RUNNING");
            DumbSlave agent = jenkins.createOnlineSlave(Label.get("doomed"));
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "node('doomed') {\n"
                            + "  writeFile file: 'eval_gate.yaml', text: 'version: 1\\nmodels:\\n  churn-classifier:\\n"
                            + "    metrics: {accuracy: 0.9}\\n    promote: {alias: champion}\\n'\n"
                            + "  def gate = mlflowEvalGate model: 'churn-classifier', timeout: '10m'\n"
                            + "  echo \"after: ${gate.status} ${gate.version} ${gate.promoted} ${gate.previousVersion}\"\n"
                            + "}",
                    true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting for run r7 to finish", run);

            ProcessHandle process =
                    ProcessHandle.of(agent.getChannel().call(new Pid())).orElseThrow();
            process.destroyForcibly();
            process.onExit().get(1, TimeUnit.MINUTES);
            mlflow.status("r7", "FINISHED");

            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
            jenkins.assertLogContains("after: PASSED 7 true 6", run);
            assertEquals(List.of("champion=7"), mlflow.writes);
        }
    }
}
