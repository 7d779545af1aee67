package io.jenkins.plugins.mlflow.trigger;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a webhook of MLflow claims in its headers: who it is, when it was sent, and the HMAC-SHA256 of
 * {@code <delivery id>.<timestamp>.<body>}. The id holds no dot and the timestamp is a number, so that the signed bytes can be
 * divided in one way only.
 *
 * @param deliveryId the same for every attempt of one delivery
 * @param sentAt by the sender's clock, to the second
 */
record WebhookSignature(String deliveryId, Instant sentAt, String timestamp, byte[] mac) {
    static final String SIGNATURE_HEADER = "X-MLflow-Signature";
    static final String TIMESTAMP_HEADER = "X-MLflow-Timestamp";
    static final String DELIVERY_HEADER = "X-MLflow-Delivery-Id";

    /** How far the sender's clock may be from ours, either way. */
    static final Duration SKEW = Duration.ofMinutes(5);

    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern SIGNATURE = Pattern.compile("v1,([A-Za-z0-9+/]{43}=)");
    private static final Pattern TIMESTAMP = Pattern.compile("\\d{1,12}");
    private static final Pattern DELIVERY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    /**
     * Null if a header is missing, given twice or of another form.
     *
     * @param headers all values of a header
     */
    @CheckForNull
    static WebhookSignature parse(Function<String, List<String>> headers) {
        String id = only(headers.apply(DELIVERY_HEADER), DELIVERY);
        String timestamp = only(headers.apply(TIMESTAMP_HEADER), TIMESTAMP);
        String signature = only(headers.apply(SIGNATURE_HEADER), SIGNATURE);
        if (id == null || timestamp == null || signature == null) {
            return null;
        }
        Matcher encoded = SIGNATURE.matcher(signature);
        if (!encoded.matches()) {
            return null;
        }
        return new WebhookSignature(
                id,
                Instant.ofEpochSecond(Long.parseLong(timestamp)),
                timestamp,
                Base64.getDecoder().decode(encoded.group(1)));
    }

    @CheckForNull
    private static String only(List<String> values, Pattern form) {
        return values.size() == 1 && form.matcher(values.get(0)).matches() ? values.get(0) : null;
    }

    boolean isRecent(Instant now) {
        return Duration.between(sentAt, now).abs().compareTo(SKEW) <= 0;
    }

    /** Whether the body was signed with this secret. The time this takes depends on the body's length alone. */
    boolean isOf(byte[] body, String secret) {
        try {
            Mac hmac = Mac.getInstance(ALGORITHM);
            hmac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            hmac.update((deliveryId + '.' + timestamp + '.').getBytes(StandardCharsets.US_ASCII));
            return MessageDigest.isEqual(hmac.doFinal(body), mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
    }
}
