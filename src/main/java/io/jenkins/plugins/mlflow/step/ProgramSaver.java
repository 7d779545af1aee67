package io.jenkins.plugins.mlflow.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Has Jenkins save the state of a step, while no thread waits for it. */
final class ProgramSaver {
    /** A save waits until other branches have done their bit of Groovy, each of which Pipeline gives five minutes. */
    static final Duration SHORTEST_DEADLINE = Duration.ofMinutes(6);

    private static final Logger LOGGER = Logger.getLogger(ProgramSaver.class.getName());
    private static final Duration SLOW = Duration.ofSeconds(15);

    private ProgramSaver() {}

    /**
     * @param deadline how long it may take; at least {@link #SHORTEST_DEADLINE} is granted
     * @param then what to do once it is saved, on the thread that saved it
     * @param slow called if it takes unusually long
     * @param failed is told why it is not; also after {@code then} has not come in time, which may then come all the same
     */
    static void save(StepContext context, Duration deadline, Runnable then, Runnable slow, Consumer<String> failed) {
        Duration granted = deadline.compareTo(SHORTEST_DEADLINE) < 0 ? SHORTEST_DEADLINE : deadline;
        ListenableFuture<Void> saved = context.saveState();
        Future<?> grumble = GateThreads.after(SLOW, () -> GateThreads.run(slow));
        Future<?> late = GateThreads.after(
                granted, () -> GateThreads.run(() -> failed.accept("not within " + granted.toMinutes() + " minutes")));
        saved.addListener(
                () -> {
                    grumble.cancel(false);
                    late.cancel(false);
                    try {
                        Futures.getDone(saved);
                        then.run();
                    } catch (ExecutionException | CancellationException e) {
                        LOGGER.log(Level.WARNING, "The state of a build could not be saved", e);
                        GateThreads.run(() -> failed.accept(String.valueOf(e.getCause())));
                    }
                },
                Runnable::run);
    }
}
