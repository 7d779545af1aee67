package io.jenkins.plugins.mlflow.live;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which promotion is next. */
class PromotionQueueTest {
    private final PromotionQueue queue = new PromotionQueue();
    private final CountDownLatch called = new CountDownLatch(1);

    private PromotionQueue.Place enter(boolean started) {
        return queue.enter("churn", started, () -> {});
    }

    @Test
    void theFirstStartsAtOnceAndTheNextIsCalledWhenItLeaves() throws Exception {
        PromotionQueue.Place first = enter(false);
        PromotionQueue.Place second = queue.enter("churn", false, called::countDown);
        assertTrue(queue.isFirst(first));
        assertFalse(queue.isFirst(second));

        queue.leave(first);

        assertTrue(called.await(10, TimeUnit.SECONDS));
        assertTrue(queue.isFirst(second));
    }

    @Test
    void otherModelsDoNotWait() {
        enter(false);
        assertTrue(queue.isFirst(queue.enter("fraud", false, () -> {})));
    }

    @Test
    void onePlaceThatIsLeftKeepsNoOtherWaiting() {
        PromotionQueue.Place first = enter(false);
        PromotionQueue.Place left = enter(false);
        PromotionQueue.Place third = enter(false);
        queue.leave(left);
        queue.leave(first);
        assertTrue(queue.isFirst(third));
    }

    @Test
    void aPromotionThatARestartInterruptedGoesBeforeThoseThatHaveNotStarted() {
        PromotionQueue.Place waiting = enter(false);
        PromotionQueue.Place started = enter(true);
        assertTrue(queue.isFirst(started));
        assertFalse(queue.isFirst(waiting));
    }

    @Test
    void butNotBeforeOneThatIsFirstAlready() {
        PromotionQueue.Place first = enter(false);
        assertTrue(queue.isFirst(first));
        PromotionQueue.Place started = enter(true);
        assertTrue(queue.isFirst(first));
        assertFalse(queue.isFirst(started));
        queue.leave(first);
        assertTrue(queue.isFirst(started));
    }
}
