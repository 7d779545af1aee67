package io.jenkins.plugins.mlflow.live;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who may promote, and who is next. */
class PromotionQueueTest {
    private final PromotionQueue turns = new PromotionQueue();
    private final CountDownLatch called = new CountDownLatch(1);

    private PromotionQueue.Turn enter(boolean begun) {
        return turns.enter("churn", begun, () -> {});
    }

    @Test
    void theFirstIsAtTurnAtOnceAndTheNextIsCalledWhenItLeaves() throws Exception {
        PromotionQueue.Turn first = enter(false);
        PromotionQueue.Turn second = turns.enter("churn", false, called::countDown);
        assertTrue(turns.isAtTurn(first));
        assertFalse(turns.isAtTurn(second));

        turns.leave(first);

        assertTrue(called.await(10, TimeUnit.SECONDS));
        assertTrue(turns.isAtTurn(second));
    }

    @Test
    void otherModelsDoNotWait() {
        enter(false);
        assertTrue(turns.isAtTurn(turns.enter("fraud", false, () -> {})));
    }

    @Test
    void whoGivesUpWaitingHoldsNobodyUp() {
        PromotionQueue.Turn first = enter(false);
        PromotionQueue.Turn gaveUp = enter(false);
        PromotionQueue.Turn third = enter(false);
        turns.leave(gaveUp);
        turns.leave(first);
        assertTrue(turns.isAtTurn(third));
    }

    @Test
    void aPromotionThatARestartInterruptedGoesBeforeThoseThatHaveNotBegun() {
        PromotionQueue.Turn waiting = enter(false);
        PromotionQueue.Turn begun = enter(true);
        assertTrue(turns.isAtTurn(begun));
        assertFalse(turns.isAtTurn(waiting));
    }

    @Test
    void butNotBeforeOneThatIsAtItAlready() {
        PromotionQueue.Turn first = enter(false);
        assertTrue(turns.isAtTurn(first));
        PromotionQueue.Turn begun = enter(true);
        assertTrue(turns.isAtTurn(first));
        assertFalse(turns.isAtTurn(begun));
        turns.leave(first);
        assertTrue(turns.isAtTurn(begun));
    }
}
