package io.jenkins.plugins.mlflow.policy;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * MLflow's own rules for names of registered model aliases, so that a name that the server would refuse is refused before
 * anything is sent. Words that mean on, off or nothing are refused, too: who writes {@code promote: 'false'} or
 * {@code --baseline none} wants no alias of that name.
 */
public final class AliasNames {
    public static final int LONGEST = 255;

    private static final Pattern CHARACTERS = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern VERSION = Pattern.compile("[vV][0-9]+");

    private static final Set<String> SWITCHES = Set.of("true", "false", "yes", "no", "on", "off", "none", "null");

    private AliasNames() {}

    /** Whether the word means on, off or nothing, in capital or small letters. */
    static boolean isSwitch(String word) {
        return SWITCHES.contains(word.toLowerCase(Locale.ROOT));
    }

    /** What is wrong with the name and what would be right, or null if it can be an alias. */
    public static String problemWith(String alias) {
        String shown = "`" + DisplayText.abbreviated(alias) + "`";
        if (isSwitch(alias)) {
            return shown + " is no alias name here, because it reads like on, off or nothing; choose another name, "
                    + "for example `champion`";
        }
        if (!CHARACTERS.matcher(alias).matches()) {
            return shown + " is not an alias; MLflow allows only letters, digits, `_` and `-`";
        }
        if (alias.length() > LONGEST) {
            return shown + " has " + alias.length() + " characters; MLflow allows aliases of at most " + LONGEST;
        }
        if (alias.equalsIgnoreCase("latest") || VERSION.matcher(alias).matches()) {
            return shown + " is reserved by MLflow (`latest` and `v` with a number are never aliases); "
                    + "choose another name, for example `champion`";
        }
        return null;
    }
}
