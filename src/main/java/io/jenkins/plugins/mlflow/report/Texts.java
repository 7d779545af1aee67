package io.jenkins.plugins.mlflow.report;

/** Texts of unknown origin, made fit to be kept and shown. */
public final class Texts {
    private Texts() {}

    /**
     * One line of at most so many characters. What XML cannot carry would make the whole build record unreadable, so it is
     * replaced; a text that is cut ends with an ellipsis.
     */
    public static String plain(String text, int longest) {
        if (text == null) {
            return null;
        }
        boolean cut = text.codePointCount(0, text.length()) > longest;
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(cut ? longest - 1 : longest).map(Texts::fit).forEach(plain::appendCodePoint);
        return plain.append(cut ? "…" : "").toString();
    }

    private static int fit(int c) {
        if (Character.isWhitespace(c)) {
            return ' ';
        }
        boolean unfit = Character.isISOControl(c) || c >= 0xD800 && c <= 0xDFFF || (c & 0xFFFE) == 0xFFFE;
        return unfit ? 0xFFFD : c;
    }
}
