package io.jenkins.plugins.mlflow.policy;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.reader.StreamReader;

/** Strings of unknown content in a YAML file. */
public final class YamlText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

    private YamlText() {}

    /** The string as a scalar, in quotes only where it would not be read as this string without them. */
    static String scalar(String text) {
        return PLAIN.matcher(text).matches() && !ScalarParser.needsQuotes(text) ? text : quoted(text);
    }

    /** The string as a scalar in quotes. */
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').appendCodePoint(character);
            } else if (character == '\n') {
                quoted.append("\\n");
            } else if (isPlain(character)) {
                quoted.appendCodePoint(character);
            } else {
                quoted.append(String.format(character > 0xFFFF ? "\\U%08X" : "\\u%04X", character));
            }
        });
        return quoted.append('"').toString();
    }

    /** The text as a comment that cannot end before its line does. */
    public static String comment(String text) {
        StringBuilder comment = new StringBuilder();
        text.codePoints().forEach(character -> comment.appendCodePoint(isPlain(character) ? character : ' '));
        return comment.toString();
    }

    /** Neither hidden nor a blank that is not what it seems, and allowed in YAML as it is. */
    private static boolean isPlain(int character) {
        return character == ' '
                || !DisplayText.isHidden(character)
                        && !Character.isSpaceChar(character)
                        && StreamReader.isPrintable(character);
    }
}
