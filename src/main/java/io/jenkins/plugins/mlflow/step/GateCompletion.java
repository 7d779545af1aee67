package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Records and publishes the report of a gate that has ended, and then gives the step its outcome. No thread waits for an agent.
 * Pipeline keeps the first outcome of a step, and a stop gives its own whatever the verdict: so a stop wins until the verdict
 * was delivered, and no later step runs.
 */
final class GateCompletion {
    private static final Logger LOGGER = Logger.getLogger(GateCompletion.class.getName());
    private static final Duration ARCHIVE_DEADLINE = Duration.ofSeconds(30);
    /** How long a step that is stopped may wait for its report, which the pipeline then finds in place. */
    private static final Duration STOP_DEADLINE = Duration.ofMillis(500);

    private final StepContext context;
    private final GateBuild build;
    private final BuildReport page;
    private final BuildLog log;
    private final GatePolicy policy;
    private final Runnable recorded;

    /**
     * @param policy null if the gate ended before it had one
     * @param recorded as in {@link BuildReport#record}
     */
    GateCompletion(
            StepContext context,
            GateBuild build,
            BuildReport page,
            BuildLog log,
            GatePolicy policy,
            Runnable recorded) {
        this.context = context;
        this.build = build;
        this.page = page;
        this.log = log;
        this.policy = policy;
        this.recorded = recorded;
    }

    /** Ends the step by its verdict; later, if the report is to be archived. */
    void conclude(GateReport unmasked, String onFailure) {
        try {
            GateReport report = build.secrets().mask(unmasked);
            GateResult result = page.record(report, policy, recorded);
            log.conclude(report, result.getReportUrl());
            CompletableFuture<String> published = page.publish(report);
            if (published.isDone()) {
                deliver(report, result, onFailure, published.join());
            } else {
                published
                        .completeOnTimeout(
                                "the report was not archived within " + ARCHIVE_DEADLINE.toSeconds()
                                        + " s; that may still happen.",
                                ARCHIVE_DEADLINE.toMillis(),
                                TimeUnit.MILLISECONDS)
                        .thenAcceptAsync(
                                problem -> deliver(report, result, onFailure, problem), GateScheduler::runEnding);
            }
        } catch (IOException e) {
            sayAndFail(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            context.onFailure(e);
        }
    }

    private void sayAndFail(IOException e) {
        try {
            log.say("ERROR: " + e.getMessage());
        } catch (IOException | InterruptedException | RuntimeException unsaid) {
            LOGGER.log(Level.FINE, "The log of a build cannot be written", unsaid);
        }
        AbortException failure = new AbortException(e.getMessage());
        failure.initCause(e);
        context.onFailure(failure);
    }

    private void deliver(GateReport report, GateResult result, String onFailure, String problem) {
        try {
            page.warn(problem);
            new BuildOutcome(context, build, onFailure).complete(report, result);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            context.onFailure(e);
        }
    }

    /**
     * Ends the step by this cause and leaves a report, if {@code report} is called in time even before the step ends. Returns at
     * once and touches no file, as it is called on the thread that runs the pipeline.
     */
    void stop(Supplier<GateReport> report, Throwable cause) {
        Runnable fail = () -> context.onFailure(cause);
        Future<?> deadline = GateScheduler.after(STOP_DEADLINE, fail);
        try {
            GateScheduler.runEnding(() -> {
                leave(report);
                deadline.cancel(false);
                fail.run();
            });
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            LOGGER.log(Level.WARNING, "There is no thread for the report of a stopped gate", e);
        }
    }

    /** Leaves the report of a gate whose step has its outcome, or gets it elsewhere. */
    void leave(Supplier<GateReport> report) {
        try {
            GateReport last = build.secrets().mask(report.get());
            page.record(last, policy, recorded);
            page.publish(last).thenAccept(problem -> {
                if (problem != null) {
                    LOGGER.log(Level.WARNING, "A report went nowhere but to its page: {0}", problem);
                }
            });
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The report of a stopped gate could not be attached", e);
        }
    }
}
