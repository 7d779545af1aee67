package io.jenkins.plugins.mlflow.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Has Jenkins save the state of a step, while no thread waits for it. */
final class StateSaver {
    private static final Logger LOGGER = Logger.getLogger(StateSaver.class.getName());
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private StateSaver() {}

    /**
     * @param then what to do once it is saved, on the thread that saved it
     * @param failed is told why it is not; also after {@code then} has not come in time, which may then come all the same
     */
    static void save(StepContext context, Runnable then, Consumer<String> failed) {
        ListenableFuture<Void> saved = context.saveState();
        Future<?> patience = Timer.get()
                .schedule(
                        () -> GateThreads.run(() -> failed.accept("not within " + DEADLINE.toSeconds() + " s")),
                        DEADLINE.toMillis(),
                        TimeUnit.MILLISECONDS);
        saved.addListener(
                () -> {
                    patience.cancel(false);
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
