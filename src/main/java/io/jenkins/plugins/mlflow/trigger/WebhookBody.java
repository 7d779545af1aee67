package io.jenkins.plugins.mlflow.trigger;

import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * Reads the body of a request of a stranger: up to a limit, and up to a deadline that a silent or dripping sender does not
 * move. A read would wait until Jenkins gives up an idle connection, so that only what has arrived is read. Without an announced
 * length the end is seen only by a read: such a body may take as long as an idle connection beyond the deadline.
 */
final class WebhookBody {
    static final int LIMIT = 1 << 20;

    private static final int PAUSE_MILLIS = 5;
    private static final int CHUNK = 8192;

    private WebhookBody() {}

    /** The body is longer than {@link #LIMIT}. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The body did not arrive in time. */
    static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The whole body.
     *
     * @param announced what the head of the request says its length is, in bytes; negative if it does not say
     */
    static byte[] read(ServletInputStream in, long announced, Duration within)
            throws IOException, InterruptedException {
        if (announced > LIMIT) {
            throw new TooLargeException();
        }
        long end = System.nanoTime() + within.toNanos();
        ByteArrayOutputStream body =
                new ByteArrayOutputStream(announced < 0 ? CHUNK : (int) Math.min(announced, CHUNK));
        byte[] chunk = new byte[CHUNK];
        while (body.size() != announced) {
            int arrived = announced < 0 ? CHUNK : in.available();
            if (arrived > 0) {
                int read = in.read(chunk, 0, Math.min(arrived, chunk.length));
                if (read < 0) {
                    break;
                }
                body.write(chunk, 0, read);
                if (body.size() > LIMIT) {
                    throw new TooLargeException();
                }
            } else if (in.isFinished()) {
                break;
            } else {
                Thread.sleep(PAUSE_MILLIS);
            }
            if (System.nanoTime() - end > 0 && body.size() != announced) {
                throw new TooSlowException();
            }
        }
        return body.toByteArray();
    }
}
