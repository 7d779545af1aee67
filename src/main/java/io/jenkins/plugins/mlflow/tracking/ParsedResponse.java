package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import org.mlflow_project.google.protobuf.InvalidProtocolBufferException;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/**
 * A response parsed into one of MLflow's messages, and what is needed to refuse it after all.
 *
 * <p>The JSON mapping of mlflow-client's messages makes a tree of the whole body, and turns digits into a number in a time that
 * grows with the square of how many there are: within the limit on its length, a body could still take gigabytes, or hours in
 * which no deadline ends the thread. What it would cost is therefore found before it is parsed.
 */
record ParsedResponse<B extends Message.Builder>(ApiRequest request, HttpResult result, B message, ErrorMapper errors) {
    /** Of a tree of at most some hundred MB. Each metric of a run has five. */
    static final int MOST_VALUES = 2_000_000;

    /** The sum of the squares of the lengths of all numbers: one of 100,000 digits, or thousands of 1,000. */
    private static final long MOST_WORK = 10_000_000_000L;

    /** Parses a response that {@link ErrorMapper#check} let pass. Unknown fields are fine, anything else unexpected is not. */
    static <B extends Message.Builder> ParsedResponse<B> parse(ApiRequest request, HttpResult result, B builder, ErrorMapper errors)
            throws TrackingException {
        ParsedResponse<B> response = new ParsedResponse<>(request, result, builder, errors);
        response.require(result.body().stripLeading().startsWith("{"), "without a JSON object");
        String excess = excess(result.body());
        response.require(excess == null, excess);
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(result.body(), builder);
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            throw response.contradiction("with JSON that cannot be read as MLflow's");
        }
        errors.remember();
        return response;
    }

    /** The same response, parsed into another message. */
    <C extends Message.Builder> ParsedResponse<C> as(C builder) throws TrackingException {
        return parse(request, result, builder, errors);
    }

    Instant serverTime() {
        return result.date();
    }

    /** The response is not about what was asked; {@code what} ends the sentence "… returned 200 …". */
    TrackingException contradiction(String what) {
        return errors.notMlflow(request, result, what);
    }

    void require(boolean condition, String otherwise) throws TrackingException {
        if (!condition) {
            throw contradiction(otherwise);
        }
    }

    /** Why the text, which may or may not be JSON, is not to be parsed, such as "with a million values"; null if it may be. */
    private static String excess(String text) {
        int values = 0;
        long work = 0;
        long digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && text.startsWith("u", i + 1) && i + 5 < text.length()) {
                c = escaped(text, i + 2);
                i += 5;
            } else if (c == ',' || c == '{' || c == '[') {
                values++;
            }
            if (isOfNumber(c)) {
                digits++;
            } else if (digits > 0) {
                work += digits * digits;
                digits = 0;
            }
        }
        if (work + digits * digits > MOST_WORK) {
            return "with unreasonably long numbers";
        }
        return values > MOST_VALUES ? "with more than " + MOST_VALUES + " values" : null;
    }

    /** The digits of every script, as {@link java.math.BigDecimal} reads them. */
    private static boolean isOfNumber(char c) {
        return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E' || c > 0x7f && Character.isDigit(c);
    }

    private static char escaped(String text, int from) {
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            code = code << 4 | Math.max(0, Character.digit(text.charAt(i), 16));
        }
        return (char) code;
    }
}
