package io.jenkins.plugins.mlflow.tracking;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The JSON object that is the body of a response, or one in it, with the fields of MLflow's messages. A field that is absent, null or an empty string is null;
 * one of another kind than it is read as refuses the response. As in the JSON mapping of protocol buffers, a number may be
 * written as a string. Whoever finds that the response is not about what was asked refuses it with {@link #contradiction}.
 */
final class JsonObject {
    /** Of a tree of at most some hundred MB. Each metric of a run has ten. */
    static final int MOST_TOKENS = 4_000_000;

    private static final int DEEPEST = 100;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]++(\\.[0-9]++)?([eE][-+]?[0-9]++)?|NaN|-?Infinity");
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxTokenCount(MOST_TOKENS)
                    .build())
            .build();

    private final Map<?, ?> fields;
    private final Response response;

    /** The response that the object is a part of. */
    private record Response(ApiRequest request, HttpResult result, ErrorMapper errors) {
        TrackingException contradiction(String what) {
            return errors.notMlflow(request, result, what);
        }
    }

    private JsonObject(Map<?, ?> fields, Response response) {
        this.fields = fields;
        this.response = response;
    }

    /** Parses a response that {@link ErrorMapper#check} let pass. Unknown fields are fine, anything else unexpected is not. */
    static JsonObject parse(ApiRequest request, HttpResult result, ErrorMapper errors) throws TrackingException {
        JsonObject body = parse(new Response(request, result, errors));
        errors.remember();
        return body;
    }

    private static JsonObject parse(Response response) throws TrackingException {
        try (JsonParser parser = FACTORY.createParser(response.result().bytes())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw response.contradiction("without a JSON object");
            }
            Map<String, Object> fields = fields(parser);
            if (parser.nextToken() != null) {
                throw response.contradiction("with more than a JSON object");
            }
            return new JsonObject(fields, response);
        } catch (StreamConstraintsException e) {
            throw response.contradiction("with JSON that exceeds a limit (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw response.contradiction("with JSON that cannot be read as MLflow's");
        }
    }

    private static Map<String, Object> fields(JsonParser parser) throws IOException {
        Map<String, Object> fields = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getDoubleValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            default -> null;
        };
    }

    /** The response is not about what was asked; {@code what} ends the sentence "… returned 200 …". */
    TrackingException contradiction(String what) {
        return response.contradiction(what);
    }

    void require(boolean condition, String otherwise) throws TrackingException {
        if (!condition) {
            throw contradiction(otherwise);
        }
    }

    /** In bytes, of the whole response. */
    int size() {
        return response.result().bytes().length;
    }

    /** The server's clock, or null. */
    Instant serverTime() {
        return response.result().date();
    }

    /** What the next page is asked for with; empty on the last one. */
    String nextPageToken() throws TrackingException {
        return textOrEmpty("next_page_token");
    }

    String text(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value == null || value instanceof String) {
            return "".equals(value) ? null : (String) value;
        }
        throw wrong(field, "a string");
    }

    /** The string of the field, or its integer as a string. */
    String id(String field) throws TrackingException {
        return fields.get(field) instanceof Long whole ? whole.toString() : text(field);
    }

    /** The string of the field, or an empty one. */
    String textOrEmpty(String field) throws TrackingException {
        String text = text(field);
        return text == null ? "" : text;
    }

    /** Not finite only if the response says so. */
    Double number(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value == null || "".equals(value)) {
            return null;
        }
        if (value instanceof Long whole) {
            return (double) whole;
        }
        boolean written = value instanceof String text && NUMBER.matcher(text).matches();
        if (!written && !(value instanceof Double)) {
            throw wrong(field, "a number");
        }
        double number = written ? Double.parseDouble((String) value) : (Double) value;
        if (Double.isInfinite(number) && !(value instanceof String text && text.endsWith("Infinity"))) {
            throw wrong(field, "a number that fits");
        }
        return number;
    }

    Long integer(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value == null || "".equals(value) || value instanceof Long) {
            return value instanceof Long whole ? whole : null;
        }
        try {
            return Long.valueOf(value instanceof String text ? text : "");
        } catch (NumberFormatException e) {
            throw wrong(field, "a 64-bit integer");
        }
    }

    /** Of milliseconds since 1970. */
    Instant instant(String field) throws TrackingException {
        Long millis = integer(field);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    boolean isTrue(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw wrong(field, "true or false");
    }

    boolean has(String field) {
        return fields.get(field) != null;
    }

    /** The object of the field, or an empty one. */
    JsonObject object(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value == null || value instanceof Map) {
            return new JsonObject(value == null ? Map.of() : (Map<?, ?>) value, response);
        }
        throw wrong(field, "an object");
    }

    /** The objects of the list that the field is; none if it is absent. */
    List<JsonObject> objects(String field) throws TrackingException {
        List<JsonObject> objects = objectsAmong(field);
        if (fields.get(field) instanceof List<?> list && list.size() > objects.size()) {
            throw wrong(field, "a list of objects");
        }
        return objects;
    }

    /** The same without what is no object. */
    List<JsonObject> objectsAmong(String field) throws TrackingException {
        Object value = fields.get(field);
        if (value != null && !(value instanceof List)) {
            throw wrong(field, "a list");
        }
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : value == null ? List.of() : (List<?>) value) {
            if (item instanceof Map<?, ?> object) {
                objects.add(new JsonObject(object, response));
            }
        }
        return objects;
    }

    private TrackingException wrong(String field, String expected) {
        return contradiction("with JSON that cannot be read as MLflow's: `" + field + "` is not " + expected);
    }
}
