package io.jenkins.plugins.mlflow.tracking;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One call of MLflow's REST API, and the words that a message uses for it: the address without its query, which may be
 * long, and the thing it is about.
 *
 * @param path below {@code api/2.0/mlflow/}, or with a slash in front from the root of the server
 * @param query with the question mark, or empty
 * @param body JSON, or null for a GET
 * @param subject such as {@code run 'abc'}
 */
record ApiRequest(String method, String path, String query, String body, String subject) {
    private static final JsonFactory JSON = new JsonFactory();

    /** @param parameters names and values in turn */
    static ApiRequest get(String path, String subject, String... parameters) {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < parameters.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(ServerAddress.encoded(parameters[i]))
                    .append('=')
                    .append(ServerAddress.encoded(parameters[i + 1]));
        }
        return new ApiRequest("GET", path, query.toString(), null, subject);
    }

    /** The same for another page; the token is empty for the first. */
    ApiRequest page(String token) {
        return token.isEmpty()
                ? this
                : new ApiRequest(method, path, query + "&page_token=" + ServerAddress.encoded(token), body, subject);
    }

    static ApiRequest post(String path, String subject, Map<String, Object> message) {
        return new ApiRequest("POST", path, "", json(message), subject);
    }

    static ApiRequest patch(String path, String subject, Map<String, Object> message) {
        return new ApiRequest("PATCH", path, "", json(message), subject);
    }

    /**
     * A message of MLflow, for {@link #post}.
     *
     * @param fields names and values in turn: strings, booleans, integers, lists of them or of messages; null for a field that is not
     *     sent
     */
    static Map<String, Object> message(Object... fields) {
        Map<String, Object> message = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i + 1] != null) {
                message.put((String) fields[i], fields[i + 1]);
            }
        }
        return message;
    }

    private static String json(Map<String, Object> message) {
        StringWriter json = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            write(generator, message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        if (value instanceof Map<?, ?> message) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> field : message.entrySet()) {
                generator.writeFieldName((String) field.getKey());
                write(generator, field.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object item : list) {
                write(generator, item);
            }
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else {
            generator.writeString((String) value);
        }
    }

    /** The same for requests that ask for the same. */
    String key() {
        return method + " " + path + query + " " + body;
    }

    URI uri(ServerAddress address) {
        return URI.create(place(address) + query);
    }

    /** Method and address for messages, with the address that users may see. */
    String shown(ServerAddress address) {
        return method + " " + address.hide(place(address).toString());
    }

    private URI place(ServerAddress address) {
        return path.startsWith("/") ? address.below(path) : address.api(path);
    }
}
