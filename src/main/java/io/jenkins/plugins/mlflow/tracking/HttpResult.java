package io.jenkins.plugins.mlflow.tracking;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The whole response to one request, with the few things that MLflow sends outside its messages. */
final class HttpResult {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

    private final int status;
    private final HttpHeaders headers;
    private final byte[] bytes;
    private String body;

    /** @param body null where a proxy refused to open a tunnel */
    HttpResult(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.bytes = body == null ? new byte[0] : body;
    }

    int status() {
        return status;
    }

    byte[] bytes() {
        return bytes;
    }

    String body() {
        if (body == null) {
            body = new String(bytes, StandardCharsets.UTF_8);
        }
        return body;
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    boolean successful() {
        return status / 100 == 2;
    }

    /** MLflow itself sends plain sentences as text/html (401, 403), so that only the body shows a page. */
    boolean isPage() {
        return body().stripLeading().startsWith("<");
    }

    boolean claimsToBeHtml() {
        return header("Content-Type").toLowerCase(Locale.ROOT).startsWith("text/html");
    }

    /** Whether a cache kept the response for a second or longer. */
    boolean isFromCache() {
        String age = header("Age").strip();
        return !age.isEmpty() && !age.matches("0+");
    }

    /** The server's clock, or null. */
    Instant date() {
        return httpDate(header("Date"));
    }

    /** What {@code Retry-After} asks for, at most an hour; null if it is absent or unreadable. */
    Duration retryAfter() {
        String value = header("Retry-After").strip();
        if (value.matches("\\d{1,9}")) {
            return capped(Duration.ofSeconds(Long.parseLong(value)));
        }
        Instant at = httpDate(value);
        if (at == null) {
            return null;
        }
        Instant now = date() != null ? date() : Instant.now();
        return capped(Duration.between(now, at));
    }

    private static Duration capped(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : wait;
    }

    private static Instant httpDate(String value) {
        try {
            return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** MLflow's {@code error_code}, or empty if the response is not MLflow's JSON. */
    String errorCode() {
        return topLevelStrings().getOrDefault("error_code", "");
    }

    /** MLflow's {@code message} beside the {@code error_code}, or empty. */
    String errorMessage() {
        return topLevelStrings().getOrDefault("message", "");
    }

    /** A string beside {@code error_code} in the JSON object, or empty. */
    String text(String field) {
        return topLevelStrings().getOrDefault(field, "");
    }

    private Map<String, String> topLevelStrings() {
        Map<String, String> found = new HashMap<>();
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return found;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    found.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            return found;
        } catch (IOException e) {
            return Map.of();
        }
    }
}
