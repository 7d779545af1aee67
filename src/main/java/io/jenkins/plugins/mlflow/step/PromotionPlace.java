package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.live.PromotionTurns;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.time.Duration;
import java.time.Instant;

/**
 * The place of one gate among those who promote the same model on the same server: behind the promotions that a restart
 * interrupted, and one at a time. Whenever the gate may go on, its wheel is called.
 */
final class PromotionPlace {
    /** A turn comes when the promotions before it are over, each within its own deadline. */
    private static final Duration DEADLINE = Duration.ofMinutes(30);

    private final GateWheel wheel;
    private PromotionTurns.Turn turn;

    PromotionPlace(GateWheel wheel) {
        this.wheel = wheel;
    }

    /**
     * What the promotion must wait for, or null if it is its turn.
     *
     * @throws StepProblem if it has waited too long
     */
    String waitsFor(MlflowServerConfiguration server, String model, GateState promoting) throws StepProblem {
        if (!promoting.hasBegunToPromote() && !ResumedPromotions.areInLine(wheel::call)) {
            return "the promotions that a restart interrupted";
        }
        if (take(server, model, promoting) && PromotionTurns.INSTANCE.isAtTurn(turn)) {
            return null;
        }
        Duration left = Duration.between(Instant.now(), promoting.mayPromoteSince().plus(DEADLINE));
        if (left.isNegative() || left.isZero()) {
            throw new StepProblem(
                    ErrorCategory.TIMEOUT,
                    "Other promotions of model '" + model + "' on server '" + server.getName() + "' were not over within "
                            + DEADLINE.toMinutes() + " minutes.");
        }
        wheel.goOn(left);
        return "the promotions of " + model + " by other builds";
    }

    /** Gets in line, unless the gate is there already. Answers whether it is; a gate that is over gets no place. */
    boolean take(MlflowServerConfiguration server, String model, GateState promoting) {
        synchronized (wheel) {
            if (wheel.isOver()) {
                return false;
            }
            if (turn == null) {
                turn = PromotionTurns.INSTANCE.enter(
                        PromotionTurns.key(server.registry(), model),
                        promoting.hasBegunToPromote(),
                        () -> GateThreads.run(wheel::call));
            }
            return true;
        }
    }

    /** To be called when the gate is over, and no request of it is under way any more. */
    void leave() {
        if (turn != null) {
            PromotionTurns.INSTANCE.leave(turn);
        }
    }
}
