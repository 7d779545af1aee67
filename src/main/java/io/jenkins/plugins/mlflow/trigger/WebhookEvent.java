package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The body of a webhook of MLflow: {@code entity}, {@code action} and {@code data}. */
final class WebhookEvent {
    /** Of the texts that are used of an event: MLflow's own longest is the value of a tag. */
    private static final int LONGEST = 100_000;

    private static final Pattern NAME = Pattern.compile("[a-z_]{1,64}");
    private static final Pattern VERSION = Pattern.compile("\\d{1,18}");

    private WebhookEvent() {}

    /**
     * What happened to a version; empty if the event is of another kind. That a tag was deleted is told as a tag without a value: the
     * server is asked for it anyway.
     *
     * @throws IllegalArgumentException if the body is no event of MLflow
     */
    static Optional<VersionEvent> parse(byte[] body) {
        if (!(Json.read(text(body)) instanceof Map<?, ?> event)) {
            throw noEvent();
        }
        String kind = name(event, "entity") + "." + name(event, "action");
        Map<?, ?> data = Json.object(event, "data");
        if (data == null) {
            throw noEvent();
        }
        return switch (kind) {
            case "model_version.created" -> Optional.of(VersionEvent.created(required(data, "name"), version(data)));
            case "model_version_alias.created" ->
                Optional.of(VersionEvent.alias(required(data, "name"), version(data), required(data, "alias")));
            case "model_version_alias.deleted" ->
                Optional.of(VersionEvent.aliasDeleted(required(data, "name"), required(data, "alias")));
            case "model_version_tag.deleted" ->
                Optional.of(VersionEvent.tag(required(data, "name"), version(data), required(data, "key"), ""));
            case "model_version_tag.set" ->
                Optional.of(
                        VersionEvent.tag(required(data, "name"), version(data), required(data, "key"), value(data)));
            default -> Optional.empty();
        };
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw noEvent();
        }
    }

    private static String name(Map<?, ?> event, String key) {
        String name = Json.text(event, key);
        if (name == null || !NAME.matcher(name).matches()) {
            throw noEvent();
        }
        return name;
    }

    private static String version(Map<?, ?> data) {
        String version = required(data, "version");
        if (!VERSION.matcher(version).matches()) {
            throw noEvent();
        }
        return version;
    }

    /** A tag's value may be empty. */
    private static String value(Map<?, ?> data) {
        String value = Json.text(data, "value");
        return value == null ? "" : checked(value);
    }

    private static String required(Map<?, ?> data, String key) {
        String text = Json.text(data, key);
        if (text == null || text.isEmpty()) {
            throw noEvent();
        }
        return checked(text);
    }

    private static String checked(String text) {
        if (text.length() > LONGEST) {
            throw noEvent();
        }
        return text;
    }

    /** Without a word of the body. */
    private static IllegalArgumentException noEvent() {
        return new IllegalArgumentException("the body is no event of MLflow");
    }
}
