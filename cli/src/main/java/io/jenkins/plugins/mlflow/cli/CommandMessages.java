package io.jenkins.plugins.mlflow.cli;

import java.util.Locale;

/** Small words of messages. */
final class CommandMessages {
    private CommandMessages() {}

    /** Such as "1,000 runs" or "1 run". */
    static String count(long number, String noun) {
        return number(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** Such as "1,000". */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
