package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.StepResult;
import io.jenkins.plugins.mlflow.gate.GateState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Decides when the state of a gate is kept with its build, and what waits for that. */
final class GateStateSaver {
    private static final Logger LOGGER = Logger.getLogger(GateStateSaver.class.getName());
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

    /** Goes on after an advance: once its state is safe, if the next one may write or somebody was asked to approve. */
    void goOnAfter(StepResult advance, boolean asks) {
        GateState now = advance.state();
        boolean must = asks
                || (advance.delay().toMillis() > 0 || now.isAfterPass())
                        && (kept == null || now.mustBeSavedAfter(kept));
        if (must && (asks || now.isAfterPass())) {
            goOnOnceSaved(advance.delay());
            return;
        }
        if (must) {
            // What was only read may be read again after a restart: nothing waits for this save.
            kept = now;
            context.saveState();
        }
        scheduler.goOn(advance.delay());
    }

    void goOnOnceSaved(Duration delay) {
        kept = memory.state;
        scheduler.goOnOnceSaved(delay);
    }

    /** {@code failed} is told in a sentence why the state cannot be saved. */
    void save(Instant deadline, Runnable then, Consumer<String> failed) {
        Instant began = Instant.now();
        ProgramSaver.save(
                context,
                Duration.between(began, deadline),
                () -> {
                    pausedFor(Duration.between(began, Instant.now()));
                    then.run();
                },
                this::saySlow,
                why -> failed.accept("The gate cannot continue: Jenkins could not save the state of the build (" + why
                        + "). The controller's log says more."));
    }

    /** What other branches of the pipeline took is not the promotion's time. */
    private void pausedFor(Duration save) {
        synchronized (scheduler) {
            if (!scheduler.isOver() && save.compareTo(SHORT_SAVE) > 0) {
                memory.state = memory.state.paused(save);
            }
        }
    }

    private void saySlow() {
        try {
            if (!scheduler.isOver()) {
                log.say("Waiting for Jenkins to save the state of the build; another branch of the pipeline may be busy");
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOGGER.log(Level.FINE, "The log of a build cannot be written", e);
        }
    }
}
