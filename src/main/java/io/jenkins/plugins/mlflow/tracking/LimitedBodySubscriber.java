package io.jenkins.plugins.mlflow.tracking;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Gathers a body up to a limit and hangs up on a server that sends more, whatever length it announced. */
final class LimitedBodySubscriber implements BodySubscriber<byte[]> {
    private final int limit;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean abandoned;
    private volatile long announced;

    LimitedBodySubscriber(int limit) {
        this.limit = limit;
    }

    /** Does not start to read the body if the head announces more than the limit. */
    LimitedBodySubscriber announcing(HttpHeaders head) {
        announced = head.firstValueAsLong("Content-Length").orElse(0);
        return this;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (announced > limit) {
            given.cancel();
            result.completeExceptionally(new TooLarge());
        } else if (abandoned) {
            given.cancel();
        } else {
            given.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (result.isDone()) {
                return;
            }
            if (gathered.size() + buffer.remaining() > limit) {
                subscription.cancel();
                result.completeExceptionally(new TooLarge());
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            gathered.write(bytes, 0, bytes.length);
        }
    }

    @Override
    public void onError(Throwable problem) {
        result.completeExceptionally(problem);
    }

    @Override
    public void onComplete() {
        result.complete(gathered.toByteArray());
    }

    /** Hangs up; for a reader that no longer waits. */
    void abandon() {
        abandoned = true;
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    /** The server sent more than the limit. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
