package io.jenkins.plugins.mlflow.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.StepResult;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Saves the state of a gate with its build: decides when, and what waits for it. */
final class GateStateSaver {
    private static final Logger LOGGER = Logger.getLogger(GateStateSaver.class.getName());
    /** A save waits until other branches have done their bit of Groovy, each of which Pipeline gives five minutes. */
    private static final Duration SHORTEST_DEADLINE = Duration.ofMinutes(6);

    private static final Duration SLOW = Duration.ofSeconds(15);
    private static final Duration SHORT_SAVE = Duration.ofSeconds(1);

    private final StepContext context;
    private final PersistedGate memory;
    private final GateScheduler scheduler;
    private final BuildLog log;
    /** The state that Jenkins was last asked to save; null after a restart. */
    private GateState kept;

    GateStateSaver(StepContext context, PersistedGate memory, GateScheduler scheduler, BuildLog log) {
        this.context = context;
        this.memory = memory;
        this.scheduler = scheduler;
        this.log = log;
    }

    /** Whether the next advance may be made at once: it needs no pause and no save. */
    boolean mayGoOn(StepResult advance, boolean asked) {
        return advance.delay().toMillis() == 0 && !mustSave(advance, asked);
    }

    private boolean mustSave(StepResult advance, boolean asked) {
        GateState now = advance.state();
        return asked
                || (advance.delay().toMillis() > 0 || now.mayWriteNext())
                        && (kept == null || now.mustBeSavedAfter(kept));
    }

    /** Schedules the next advance: after a save if that may write, or if a user was asked to approve. */
    void scheduleAfter(StepResult advance, boolean asked) {
        GateState now = advance.state();
        boolean must = mustSave(advance, asked);
        if (must && (asked || now.isAfterPass())) {
            scheduleOnceSaved(advance.delay());
            return;
        }
        if (must) {
            // What was only read may be read again after a restart: nothing waits for this save.
            kept = now;
            context.saveState();
        }
        scheduler.schedule(advance.delay());
    }

    void scheduleOnceSaved(Duration delay) {
        kept = memory.state;
        scheduler.scheduleOnceSaved(delay);
    }

    /**
     * Has Jenkins save the state, while no thread waits for it.
     *
     * @param deadline at least {@link #SHORTEST_DEADLINE} is granted
     * @param then called after the save, on the thread that saved
     * @param failed called with a sentence about why the state is not saved; {@code then} may still be called if it was only late
     */
    void save(Instant deadline, Runnable then, Consumer<String> failed) {
        Instant started = Instant.now();
        Duration left = Duration.between(started, deadline);
        Duration granted = left.compareTo(SHORTEST_DEADLINE) < 0 ? SHORTEST_DEADLINE : left;
        ListenableFuture<Void> saved = context.saveState();
        Future<?> slow = GateScheduler.after(SLOW, () -> GateScheduler.run(this::saySlow));
        Future<?> late =
                GateScheduler.after(granted, () -> fail(failed, "not within " + granted.toMinutes() + " minutes"));
        saved.addListener(
                () -> {
                    slow.cancel(false);
                    late.cancel(false);
                    try {
                        Futures.getDone(saved);
                        pausedFor(Duration.between(started, Instant.now()));
                        then.run();
                    } catch (ExecutionException | CancellationException e) {
                        LOGGER.log(Level.WARNING, "The state of a build could not be saved", e);
                        fail(failed, String.valueOf(e.getCause()));
                    }
                },
                Runnable::run);
    }

    private static void fail(Consumer<String> failed, String why) {
        GateScheduler.run(
                () -> failed.accept("The gate cannot continue: Jenkins could not save the state of the build (" + why
                        + "). Check the disk and the permissions of the controller; its log says more."));
    }

    /** What other branches of the pipeline took is not the promotion's time. */
    private void pausedFor(Duration save) {
        if (save.compareTo(SHORT_SAVE) > 0) {
            scheduler.unlessEnded(() -> memory.state = memory.state.paused(save));
        }
    }

    private void saySlow() {
        try {
            if (!scheduler.hasEnded()) {
                log.say(
                        "Waiting for Jenkins to save the state of the build; another branch of the pipeline may be busy");
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOGGER.log(Level.FINE, "The log of a build cannot be written", e);
        }
    }
}
