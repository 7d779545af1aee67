package io.jenkins.plugins.mlflow.trigger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WebhookBodyTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    /** A body of so many bytes, of which so many arrive at once, until it stalls. */
    private static final class Body extends ServletInputStream {
        private final int length;
        private final int atOnce;
        private final int stallsAt;
        private int position;

        Body(int length, int atOnce, int stallsAt) {
            this.length = length;
            this.atOnce = atOnce;
            this.stallsAt = stallsAt;
        }

        @Override
        public int available() {
            return Math.min(atOnce, Math.min(length, stallsAt) - position);
        }

        @Override
        public int read() {
            if (position == length) {
                return -1;
            }
            if (position == stallsAt) {
                throw new AssertionError("this would block");
            }
            return position++ & 0xff;
        }

        @Override
        public boolean isFinished() {
            return position == length;
        }

        @Override
        public boolean isReady() {
            return available() > 0;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private static Body whole(int length) {
        return new Body(length, 1000, Integer.MAX_VALUE);
    }

    @Test
    void theWholeBodyIsReadWithOrWithoutAnAnnouncedLength() throws Exception {
        assertArrayEquals(new byte[] {0, 1, 2}, WebhookBody.read(whole(3), 3, LONG));
        assertArrayEquals(new byte[] {0, 1, 2}, WebhookBody.read(whole(3), -1, LONG));
        assertEquals(0, WebhookBody.read(whole(0), 0, LONG).length);
        assertEquals(WebhookBody.LIMIT, WebhookBody.read(whole(WebhookBody.LIMIT), -1, LONG).length);
    }

    @Test
    void oneByteTooManyIsRefusedAnnouncedOrNot() {
        Body unread = whole(WebhookBody.LIMIT + 1);

        assertThrows(WebhookBody.TooLargeException.class, () -> WebhookBody.read(unread, WebhookBody.LIMIT + 1L, LONG));
        assertEquals(0, unread.position);
        assertThrows(
                WebhookBody.TooLargeException.class, () -> WebhookBody.read(whole(WebhookBody.LIMIT + 1), -1, LONG));
        assertThrows(WebhookBody.TooLargeException.class, () -> WebhookBody.read(whole(0), Long.MAX_VALUE, LONG));
    }

    @Test
    void aBodyThatStallsOrDripsEndsByTheDeadline() {
        Body stalled = new Body(100, 100, 10);
        assertThrows(WebhookBody.TooSlowException.class, () -> WebhookBody.read(stalled, 100, Duration.ofMillis(30)));
        Body dripping = new Body(WebhookBody.LIMIT, 1, Integer.MAX_VALUE);
        assertThrows(WebhookBody.TooSlowException.class, () -> WebhookBody.read(dripping, -1, Duration.ofNanos(1)));
    }

    @Test
    void aBodyThatIsShorterThanAnnouncedEndsAsItIs() throws Exception {
        assertEquals(3, WebhookBody.read(whole(3), 10, LONG).length);
    }
}
