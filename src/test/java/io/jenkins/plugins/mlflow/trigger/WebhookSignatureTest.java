package io.jenkins.plugins.mlflow.trigger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signatures were made by {@code mlflow.webhooks.delivery._generate_hmac_signature} of MLflow 3.17.2. */
class WebhookSignatureTest {
    private static final String SECRET = "a secret of the tests";
    private static final String ID = "5d2c3a5e-0a7b-4a63-9a51-6f1f3ff0a001";
    private static final String TIME = "1795000000";
    private static final String BODY =
            "{\"entity\": \"model_version\", \"action\": \"created\", \"timestamp\": \"2026-11-19T00:00:00+00:00\", \"data\": {\"name\": "
                    + "\"churn-classifier\", \"version\": \"7\", \"source\": \"models:/m-1\", \"run_id\": \"abc\", \"tags\": {}, "
                    + "\"description\": \"\\u00e9\"}}";
    private static final String SIGNATURE = "v1,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ=";

    private final Map<String, List<String>> headers = new HashMap<>(Map.of(
            WebhookSignature.DELIVERY_HEADER, List.of(ID),
            WebhookSignature.TIMESTAMP_HEADER, List.of(TIME),
            WebhookSignature.SIGNATURE_HEADER, List.of(SIGNATURE)));

    private WebhookSignature parsed() {
        return WebhookSignature.parse(name -> headers.getOrDefault(name, List.of()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatMlflowSignedIsAccepted() {
        assertTrue(parsed().isOf(bytes(BODY), SECRET));
        assertEquals(ID, parsed().deliveryId());

        headers.put(WebhookSignature.DELIVERY_HEADER, List.of("id-2"));
        headers.put(WebhookSignature.TIMESTAMP_HEADER, List.of("1"));
        headers.put(WebhookSignature.SIGNATURE_HEADER, List.of("v1,Grm6ai+/HRsKytKcHLmlSwCNvrR2IOpkxhsZ9FxzzY4="));
        assertTrue(parsed().isOf(bytes("{}"), "schlüssel-ключ"));
    }

    @Test
    void everyByteOfTheBodyTheIdTheTimeAndTheSecretCounts() {
        assertFalse(parsed().isOf(bytes(BODY + " "), SECRET));
        assertFalse(parsed().isOf(bytes(BODY.replace("\"7\"", "\"8\"")), SECRET));
        assertFalse(parsed().isOf(new byte[0], SECRET));
        assertFalse(parsed().isOf(bytes(BODY), SECRET + "x"));
        headers.put(WebhookSignature.TIMESTAMP_HEADER, List.of("1795000001"));
        assertFalse(parsed().isOf(bytes(BODY), SECRET));
        headers.put(WebhookSignature.TIMESTAMP_HEADER, List.of(TIME));
        headers.put(WebhookSignature.DELIVERY_HEADER, List.of(ID.replace("5d", "5e")));
        assertFalse(parsed().isOf(bytes(BODY), SECRET));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                WebhookSignature.DELIVERY_HEADER,
                WebhookSignature.TIMESTAMP_HEADER,
                WebhookSignature.SIGNATURE_HEADER
            })
    void eachHeaderMustBeThereOnce(String header) {
        String value = headers.get(header).get(0);
        for (List<String> bad : List.of(
                List.<String>of(), List.of(""), List.of(value, value), List.of(value + " "), List.of("x,y.z"))) {
            headers.put(header, bad);
            assertNull(parsed(), () -> header + " " + bad);
        }
        headers.put(header, List.of(value));
        assertNotNull(parsed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v2,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ=",
                "I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ=",
                "v1,",
                "v1,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ",
                "v1,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA-svQpNBlQ=",
                "v1,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ= v1,I6jQ6XdsbOsgWZW8mm56ulRJstdh4r22QA+svQpNBlQ="
            })
    void aSignatureOfAnotherFormIsNone(String signature) {
        headers.put(WebhookSignature.SIGNATURE_HEADER, List.of(signature));
        assertNull(parsed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1795000000", "1795000000.0", "1e9", "9999999999999", "١٧٩٥"})
    void aTimeIsAWholeNumberOfSeconds(String time) {
        headers.put(WebhookSignature.TIMESTAMP_HEADER, List.of(time));
        assertNull(parsed());
    }

    /** Who may write the description of a version could otherwise choose the time and the body that a signature seems to be of. */
    @Test
    void theSignedBytesCannotBeDividedInAnotherWay() {
        String before = BODY.substring(0, 40);
        headers.put(WebhookSignature.DELIVERY_HEADER, List.of(ID + "." + TIME + "." + before));
        assertNull(parsed());
        headers.put(WebhookSignature.DELIVERY_HEADER, List.of(ID + "." + TIME));
        assertNull(parsed());
    }

    @Test
    void aClockMayBeFiveMinutesOffEitherWay() {
        Instant sent = Instant.ofEpochSecond(Long.parseLong(TIME));

        assertTrue(parsed().isRecent(sent));
        assertTrue(parsed().isRecent(sent.plusSeconds(300)));
        assertTrue(parsed().isRecent(sent.minusSeconds(300)));
        assertFalse(parsed().isRecent(sent.plusMillis(300_001)));
        assertFalse(parsed().isRecent(sent.minusMillis(300_001)));
    }
}
