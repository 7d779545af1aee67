package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command line for users to copy into a shell (bash, zsh or ksh). Whatever its values hold, the shell takes each as one
 * word and as nothing else; and no character in it moves the cursor or ends the line where it is pasted.
 */
final class ShellLine {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");

    private final List<String> words = new ArrayList<>();

    ShellLine(String... words) {
        for (String word : words) {
            this.words.add(quoted(word));
        }
    }

    /** {@code --name=value}, or nothing if the value is null; so written, no value is taken for an option itself. */
    ShellLine option(String name, String value) {
        if (value != null) {
            words.add("--" + name + "=" + quoted(value));
        }
        return this;
    }

    ShellLine flag(String name) {
        words.add("--" + name);
        return this;
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }

    static String quoted(String word) {
        if (SAFE.matcher(word).matches()) {
            return word;
        }
        return word.codePoints().anyMatch(DisplayText::isHidden)
                ? "$'" + escaped(word) + "'"
                : "'" + word.replace("'", "'\\''") + "'";
    }

    private static String escaped(String word) {
        StringBuilder text = new StringBuilder();
        word.codePoints().forEach(c -> {
            if (c == '\'' || c == '\\') {
                text.append('\\').appendCodePoint(c);
            } else if (c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                text.append('\uFFFD');
            } else if (DisplayText.isHidden(c)) {
                text.append(String.format(c > 0xFFFF ? "\\U%08x" : "\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }
}
