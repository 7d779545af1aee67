package io.jenkins.plugins.mlflow.cli;

/** Text from a server in a YAML file: in quotes, and as a comment that cannot end before its line does. */
final class YamlText {
    private YamlText() {}

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').appendCodePoint(character);
            } else if (isPlain(character)) {
                quoted.appendCodePoint(character);
            } else {
                quoted.append(String.format(character > 0xFFFF ? "\\U%08X" : "\\u%04X", character));
            }
        });
        return quoted.append('"').toString();
    }

    static String comment(String text) {
        StringBuilder comment = new StringBuilder();
        text.codePoints().forEach(character -> comment.appendCodePoint(isPlain(character) ? character : ' '));
        return comment.toString();
    }

    private static boolean isPlain(int character) {
        return character == ' ' || Character.isLetterOrDigit(character) || character > ' ' && character < 0x7F;
    }
}
