package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the values of a server must be. Messages do not name the server, and are fit for a form. */
final class ServerChecks {
    static final int LONGEST_TIMEOUT = 300;

    private ServerChecks() {}

    static String name(String name) {
        String stripped = name == null ? "" : name.strip();
        if (stripped.isEmpty()) {
            throw new IllegalArgumentException(
                    "The name of an MLflow server is empty. Steps call the server by its name.");
        }
        if (stripped.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The name of the MLflow server '" + stripped.replaceAll("\\p{Cc}", " ")
                    + "' holds a line break or another control character.");
        }
        return stripped;
    }

    /** Servers of one form must have different names. */
    static void distinct(List<MlflowServerConfiguration> servers) {
        Set<String> names = new HashSet<>();
        for (MlflowServerConfiguration server : servers) {
            if (!names.add(server.getName())) {
                throw new IllegalArgumentException(
                        "Two MLflow servers have the name '" + server.getName() + "'. Give each its own.");
            }
        }
    }

    static String workspace(String workspace) {
        String wanted = Util.fixEmptyAndTrim(workspace);
        if (wanted != null && !wanted.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("The workspace '" + wanted.replaceAll("\\p{Cc}", " ")
                    + "' may only hold visible ASCII characters, without blanks.");
        }
        return wanted;
    }

    static int timeout(String which, int seconds) {
        if (seconds < 1 || seconds > LONGEST_TIMEOUT) {
            // Configuration as Code hands over 0 for what is no number.
            throw new IllegalArgumentException("The " + which + " timeout is " + seconds
                    + (seconds == 0 ? ", or is no number" : "")
                    + "; give a whole number of seconds from 1 to " + LONGEST_TIMEOUT + ".");
        }
        return seconds;
    }

    static int number(String which, String value) {
        try {
            return Integer.parseInt(value == null ? "" : value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("The " + which + " timeout '" + (value == null ? "" : value)
                    + "' is not a whole number of seconds from 1 to " + LONGEST_TIMEOUT + ".");
        }
    }

    static String uiUrl(String url) {
        String wanted = Util.fixEmptyAndTrim(url);
        if (wanted != null) {
            ServerAddress.parse("UI address", wanted);
        }
        return wanted;
    }
}
