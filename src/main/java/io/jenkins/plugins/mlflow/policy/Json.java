package io.jenkins.plugins.mlflow.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON to and from plain trees of {@code Map} (in order), {@code List}, {@code String}, {@code Boolean}, numbers and null.
 * Doubles are written as their shortest decimals, those that are not finite as the texts {@code "NaN"}, {@code "Infinity"}
 * and {@code "-Infinity"}; integers are read as {@code Long} where they fit and all other numbers, exactly, as
 * {@code BigDecimal}.
 */
public final class Json {
    private static final int DEEPEST = 100;

    /** Longer numbers are written with an exponent instead of hundreds of zeros. */
    private static final int MOST_ZEROS = 400;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private Json() {}

    /**
     * The tree as JSON on one line.
     *
     * @throws IllegalArgumentException if it holds another type, a key that is no text, or is nested too deeply
     */
    public static String write(Object tree) {
        return written(tree, false);
    }

    /** The same as {@link #write}, indented by two blanks, with {@code \n} between lines and none at the end. */
    public static String writePretty(Object tree) {
        return written(tree, true);
    }

    /**
     * The tree of a JSON text.
     *
     * @throws IllegalArgumentException if the text is not exactly one JSON value, repeats a key or is nested more than 100
     *     levels deep; the message says where
     */
    public static Object read(String json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("this is not JSON: the text is empty");
            }
            Object tree = value(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("this is not JSON: the text continues after the value, at line "
                        + parser.currentTokenLocation().getLineNr() + ", column "
                        + parser.currentTokenLocation().getColumnNr());
            }
            return tree;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new IllegalArgumentException(
                    "this is not JSON: " + DisplayText.abbreviated(e.getOriginalMessage()) + where, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The string under a key; null if there is none, or something else. */
    public static String text(Map<?, ?> object, String key) {
        return object.get(key) instanceof String text ? text : null;
    }

    /**
     * The number under a key, not finite if {@link #write} was given such a one; null if there is none.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Double number(Map<?, ?> object, String key) {
        Object value = object.get(key);
        if (value == null) {
            return null;
        }
        return value instanceof Number number ? number.doubleValue() : Double.valueOf(value.toString());
    }

    /** The number under a key without its fraction; 0 if there is none, or something else. */
    public static long integer(Map<?, ?> object, String key) {
        return object.get(key) instanceof Number number ? number.longValue() : 0;
    }

    public static boolean isTrue(Map<?, ?> object, String key) {
        return Boolean.TRUE.equals(object.get(key));
    }

    /** The object under a key; null if there is none, or something else. */
    public static Map<?, ?> object(Map<?, ?> object, String key) {
        return object.get(key) instanceof Map<?, ?> part ? part : null;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getDecimalValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new IllegalArgumentException("this is not JSON: found " + parser.currentToken());
        };
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            object.put(key, value(parser));
        }
        return object;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    private static String written(Object tree, boolean pretty) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (pretty) {
                DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
                generator.setPrettyPrinter(new DefaultPrettyPrinter(Separators.createDefaultInstance()
                                .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                        .withObjectIndenter(indenter)
                        .withArrayIndenter(indenter));
            }
            write(generator, tree, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, Object value, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("cannot write as JSON: nested more than " + DEEPEST + " levels deep");
        }
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String key)) {
                    throw new IllegalArgumentException(
                            "cannot write as JSON: the key " + entry.getKey() + " is no text");
                }
                generator.writeFieldName(key);
                write(generator, entry.getValue(), depth + 1);
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object item : list) {
                write(generator, item, depth + 1);
            }
            generator.writeEndArray();
        } else if (value instanceof String text) {
            generator.writeString(text);
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            generator.writeNumber(((Number) value).longValue());
        } else if (value instanceof BigDecimal number) {
            generator.writeNumber(decimal(number));
        } else if (value instanceof Double number) {
            if (Double.isFinite(number)) {
                generator.writeNumber(decimal(Decimals.shortest(number)));
            } else {
                generator.writeString(number.toString());
            }
        } else {
            throw new IllegalArgumentException(
                    "cannot write as JSON: a value of " + value.getClass().getName());
        }
    }

    private static String decimal(BigDecimal number) {
        return Math.abs((long) number.scale()) <= MOST_ZEROS ? number.toPlainString() : number.toString();
    }
}
