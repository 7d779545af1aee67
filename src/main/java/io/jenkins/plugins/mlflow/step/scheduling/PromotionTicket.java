package io.jenkins.plugins.mlflow.step.scheduling;

import io.jenkins.plugins.mlflow.live.PromotionQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;

/**
 * The place of one gate in the queue of those that promote the same model on the same server: behind the promotions that a
 * restart interrupted, and one at a time. The gate is woken when it may continue.
 */
final class PromotionTicket {
    /** The promotions before it end within that time, each by its own deadline. */
    private static final Duration DEADLINE = Duration.ofMinutes(30);

    private final GateScheduler scheduler;
    private PromotionQueue.Place place;

    PromotionTicket(GateScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** As {@link GateScheduler#awaitPromotion}. */
    String await(GateScheduler.Promotion promotion) throws TimeoutException {
        if (!promotion.started() && !ResumedPromotions.areQueued(scheduler::wake)) {
            return "the promotions that a restart interrupted";
        }
        if (enter(promotion) && PromotionQueue.INSTANCE.isFirst(place)) {
            return null;
        }
        Duration left = Duration.between(Instant.now(), promotion.since().plus(DEADLINE));
        if (left.isNegative() || left.isZero()) {
            throw new TimeoutException("Other promotions of model '" + promotion.model() + "' on server '"
                    + promotion.server() + "' did not finish within " + DEADLINE.toMinutes() + " minutes.");
        }
        scheduler.schedule(left);
        return "the promotions of " + promotion.model() + " by other builds";
    }

    /**
     * Enters the queue, unless the gate is in it.
     *
     * @return false if the gate has ended, and so gets no place
     */
    boolean enter(GateScheduler.Promotion promotion) {
        return scheduler.unlessEnded(() -> {
            if (place == null) {
                place = PromotionQueue.INSTANCE.enter(
                        PromotionQueue.key(promotion.destination(), promotion.model()),
                        promotion.started(),
                        () -> GateThreads.run(scheduler::wake));
            }
        });
    }

    /** To be called when the gate has ended and no request of it is under way. */
    void leave() {
        if (place != null) {
            PromotionQueue.INSTANCE.leave(place);
        }
    }
}
