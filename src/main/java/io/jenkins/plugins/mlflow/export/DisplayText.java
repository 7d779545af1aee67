package io.jenkins.plugins.mlflow.export;

import java.util.regex.Pattern;

/** Text that a server or a file gave, made safe to show on one line. */
public final class DisplayText {
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    private static final Pattern FORMATS = Pattern.compile("\\p{Cf}");

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
}
