package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.live.PromotionQueue;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.time.Duration;
import java.time.Instant;

/**
 * The place of one gate among those who promote the same model on the same server: behind the promotions that a restart
 * interrupted, and one at a time. Whenever the gate may go on, its wheel is called.
 */
final class PromotionTicket {
    /** A turn comes when the promotions before it are over, each within its own deadline. */
    private static final Duration DEADLINE = Duration.ofMinutes(30);

    private final GateScheduler scheduler;
    private PromotionQueue.Turn turn;

    PromotionTicket(GateScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /**
     * What the promotion must wait for, or null if it is its turn.
     *
     * @throws StepException if it has waited too long
     */
    String waitsFor(MlflowServerConfiguration server, String model, GateState promoting) throws StepException {
        if (!promoting.hasBegunToPromote() && !ResumedPromotions.areInLine(scheduler::call)) {
            return "the promotions that a restart interrupted";
        }
        if (take(server, model, promoting) && PromotionQueue.INSTANCE.isAtTurn(turn)) {
            return null;
        }
        Duration left = Duration.between(Instant.now(), promoting.mayPromoteSince().plus(DEADLINE));
        if (left.isNegative() || left.isZero()) {
            throw new StepException(
                    ErrorCategory.TIMEOUT,
                    "Other promotions of model '" + model + "' on server '" + server.getName() + "' were not over within "
                            + DEADLINE.toMinutes() + " minutes.");
        }
        scheduler.goOn(left);
        return "the promotions of " + model + " by other builds";
    }

    /** Gets in line, unless the gate is there already. Answers whether it is; a gate that is over gets no place. */
    boolean take(MlflowServerConfiguration server, String model, GateState promoting) {
        synchronized (scheduler) {
            if (scheduler.isOver()) {
                return false;
            }
            if (turn == null) {
                turn = PromotionQueue.INSTANCE.enter(
                        PromotionQueue.key(server.registry(), model),
                        promoting.hasBegunToPromote(),
                        () -> GateThreads.run(scheduler::call));
            }
            return true;
        }
    }

    /** To be called when the gate is over, and no request of it is under way any more. */
    void leave() {
        if (turn != null) {
            PromotionQueue.INSTANCE.leave(turn);
        }
    }
}
