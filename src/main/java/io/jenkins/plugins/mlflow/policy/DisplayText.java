package io.jenkins.plugins.mlflow.policy;

import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;

/** Text that a server, a file or a user gave, made fit to be shown or kept. */
public final class DisplayText {
    private static final int LONGEST_IN_A_MESSAGE = 80;

    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    private static final Pattern FORMATS = Pattern.compile("\\p{Cf}");
    private static final Pattern CONTROLS_AND_FORMATS = Pattern.compile("[\\p{Cc}\\p{Cf}]");

    private DisplayText() {}

    /**
     * The text with a blank for each control character, which would move a cursor, and with a visible code such as
     * {@code U+202E} for each invisible one, which may turn the order of letters round or make two names look alike.
     *
     * @param text may be null, which is shown as nothing
     */
    public static String line(String text) {
        return text == null
                ? ""
                : FORMATS.matcher(CONTROLS.matcher(text).replaceAll(" "))
                        .replaceAll(found -> "\\\\u" + code(found.group().codePointAt(0)));
    }

    private static String code(int character) {
        return character > 0xFFFF ? String.format("{%X}", character) : String.format("%04X", character);
    }

    /** A name within a message: with a blank for each control character and each invisible one, and cut after so many. */
    public static String name(String text, int longest) {
        return cut(CONTROLS_AND_FORMATS.matcher(text).replaceAll(" "), longest);
    }

    /** The text up to so many characters, at least one; an ellipsis follows them if there are more. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest) + "…";
    }

    /** What is wrong in a policy or a parameter, within a message: on one line and not too long. */
    static String abbreviated(String text) {
        int shown = text.length();
        if (shown > LONGEST_IN_A_MESSAGE) {
            shown = Character.isHighSurrogate(text.charAt(LONGEST_IN_A_MESSAGE - 4))
                    ? LONGEST_IN_A_MESSAGE - 4
                    : LONGEST_IN_A_MESSAGE - 3;
        }
        StringBuilder line = new StringBuilder();
        text.substring(0, shown).codePoints().forEach(character -> {
            if (Character.isISOControl(character) || character == 0x2028 || character == 0x2029) {
                line.append(String.format("\\u%04X", character));
            } else {
                line.appendCodePoint(character);
            }
        });
        return shown < text.length() ? line + "…" : line.toString();
    }

    /**
     * One line of at most so many characters. What XML cannot carry would make the whole build record unreadable, so it is
     * replaced; a text that is cut ends with an ellipsis. Null stays null.
     */
    public static String plain(String text, int longest) {
        return kept(text, longest, c -> Character.isWhitespace(c) ? ' ' : fit(c));
    }

    /** The same with its line breaks and tabs. */
    public static String lines(String text, int longest) {
        return kept(text, longest, c -> c == '\n' || c == '\t' ? c : fit(c));
    }

    private static String kept(String text, int longest, IntUnaryOperator fit) {
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

    /** Whether a terminal might act on the character, or it does not show what it is. */
    public static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
