package io.jenkins.plugins.mlflow.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import hudson.Extension;
import hudson.ExtensionList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionList;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Sees to it that promotions which were under way when Jenkins went down are brought to their end before any other begins:
 * builds are resumed in no order, and one that only waited would else slip into the middle of another's promotion.
 */
@Extension
public final class ResumedPromotions {
    private static final int LONGEST_SECONDS = 30;

    private ListenableFuture<?> inLine;

    /**
     * Whether all of them have their place in the line, or have had the time for it.
     *
     * @param whenTheyAre called once they are, unless they are already
     */
    static boolean areInLine(Runnable whenTheyAre) {
        ListenableFuture<?> inLine = ExtensionList.lookupSingleton(ResumedPromotions.class).inLine();
        if (inLine.isDone()) {
            return true;
        }
        inLine.addListener(() -> GateThreads.run(whenTheyAre), Runnable::run);
        return false;
    }

    /** Asked for when the first promotion is due; whatever began since then has taken its turn itself. */
    private synchronized ListenableFuture<?> inLine() {
        if (inLine == null) {
            List<ListenableFuture<?>> builds = new ArrayList<>();
            for (FlowExecution build : FlowExecutionList.get()) {
                builds.add(Futures.transform(
                        build.getCurrentExecutions(false), ResumedPromotions::lineUp, Runnable::run));
            }
            inLine = Futures.withTimeout(
                    Futures.successfulAsList(builds), LONGEST_SECONDS, TimeUnit.SECONDS, Timer.get());
        }
        return inLine;
    }

    private static Void lineUp(List<StepExecution> steps) {
        for (StepExecution step : steps) {
            if (step instanceof GateExecution gate) {
                gate.lineUp();
            }
        }
        return null;
    }
}
