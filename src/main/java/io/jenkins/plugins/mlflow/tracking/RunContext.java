package io.jenkins.plugins.mlflow.tracking;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The variable {@code MLFLOW_RUN_CONTEXT} of MLflow's clients: a JSON object of tags that {@code mlflow.start_run()} gives to the
 * runs that it starts.
 */
public final class RunContext {
    public static final String VARIABLE = "MLFLOW_RUN_CONTEXT";

    private static final JsonFactory JSON = new JsonFactory();

    private RunContext() {}

    /**
     * A value of the variable with these tags.
     *
     * @param context the value that the variable has already, or null; its tags are kept unless {@code tags} has them, too
     * @throws IllegalArgumentException if {@code context} is not a JSON object, in words that follow the name of the variable
     */
    public static String with(String context, Map<String, String> tags) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            if (context != null && !context.isBlank()) {
                copy(context, tags, out);
            }
            for (Map.Entry<String, String> tag : new TreeMap<>(tags).entrySet()) {
                out.writeStringField(tag.getKey(), tag.getValue());
            }
            out.writeEndObject();
        } catch (JsonProcessingException e) {
            throw notAnObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void copy(String context, Map<String, String> tags, JsonGenerator out) throws IOException {
        try (JsonParser in = JSON.createParser(context)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw notAnObject();
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                if (tags.containsKey(name)) {
                    in.skipChildren();
                } else {
                    out.writeFieldName(name);
                    out.copyCurrentStructure(in);
                }
            }
            if (in.nextToken() != null) {
                throw notAnObject();
            }
        }
    }

    /** Without the value, which may hold anything. */
    private static IllegalArgumentException notAnObject() {
        return new IllegalArgumentException(
                "is not a JSON object of tags, such as {\"team\": \"growth\"}; correct it or unset it");
    }
}
