package io.jenkins.plugins.mlflow.step.scheduling;

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
 * Puts the promotions that were under way when Jenkins went down before all others: builds are resumed in no order, and a gate
 * that only waited would otherwise promote in the middle of an interrupted promotion.
 */
@Extension
public final class ResumedPromotions {
    private static final int LONGEST_SECONDS = 30;

    private ListenableFuture<?> queued;

    /**
     * Whether all of them have their place in the queue, or have had the time for it.
     *
     * @param onQueued called once they are, unless they are already
     */
    static boolean areQueued(Runnable onQueued) {
        ListenableFuture<?> queued =
                ExtensionList.lookupSingleton(ResumedPromotions.class).queued();
        if (queued.isDone()) {
            return true;
        }
        queued.addListener(() -> GateThreads.run(onQueued), Runnable::run);
        return false;
    }

    /** Needed when the first promotion is due; a promotion that started since then is in the queue. */
    private synchronized ListenableFuture<?> queued() {
        if (queued == null) {
            List<ListenableFuture<?>> builds = new ArrayList<>();
            for (FlowExecution build : FlowExecutionList.get()) {
                builds.add(Futures.transform(
                        build.getCurrentExecutions(false), ResumedPromotions::enterPromotionQueues, Runnable::run));
            }
            queued = Futures.withTimeout(
                    Futures.successfulAsList(builds), LONGEST_SECONDS, TimeUnit.SECONDS, Timer.get());
        }
        return queued;
    }

    private static Void enterPromotionQueues(List<StepExecution> steps) {
        for (StepExecution step : steps) {
            if (step instanceof GateScheduler.Promoter promoter) {
                promoter.enterPromotionQueue();
            }
        }
        return null;
    }
}
