package io.jenkins.plugins.mlflow.report;

import java.util.function.IntUnaryOperator;

/** Texts of unknown origin, made fit to be kept and shown. */
public final class TextSanitizer {
    private TextSanitizer() {}

    /**
     * One line of at most so many characters. What XML cannot carry would make the whole build record unreadable, so it is
     * replaced; a text that is cut ends with an ellipsis.
     */
    public static String plain(String text, int longest) {
        return cut(text, longest, c -> Character.isWhitespace(c) ? ' ' : fit(c));
    }

    /** The same with its line breaks and tabs. */
    static String lines(String text, int longest) {
        return cut(text, longest, c -> c == '\n' || c == '\t' ? c : fit(c));
    }

    private static String cut(String text, int longest, IntUnaryOperator fit) {
        if (text == null) {
            return null;
        }
        boolean cut = text.codePointCount(0, text.length()) > longest;
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(cut ? longest - 1 : longest).map(fit).forEach(plain::appendCodePoint);
        return plain.append(cut ? "…" : "").toString();
    }

    private static int fit(int c) {
        boolean unfit = Character.isISOControl(c) || c >= 0xD800 && c <= 0xDFFF || (c & 0xFFFE) == 0xFFFE;
        return unfit ? 0xFFFD : c;
    }
}
