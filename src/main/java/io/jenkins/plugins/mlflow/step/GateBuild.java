package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * The build and the step that a gate belongs to, taken from the step's context while that knows them: as soon as the step has
 * its outcome, or its build was killed, the context knows neither any longer.
 *
 * @param log of the step
 * @param secrets that the build has at the step
 */
record GateBuild(Run<?, ?> run, FlowNode node, TaskListener log, Secrets secrets) {

    /** Reads no files but that of the step's node, after a restart. */
    static GateBuild of(StepContext context) throws IOException, InterruptedException {
        return new GateBuild(
                context.get(Run.class),
                context.get(FlowNode.class),
                context.get(TaskListener.class),
                Secrets.of(context));
    }

    /**
     * The log of the whole build, for what is known only after the step has ended: the step's own is closed then.
     *
     * @throws IOException if the build is not there any longer
     */
    TaskListener logOfBuild() throws IOException {
        return node.getExecution().getOwner().getListener();
    }

    /** Tells this gate from the others of its build. */
    String gate() {
        return node.getId();
    }
}
