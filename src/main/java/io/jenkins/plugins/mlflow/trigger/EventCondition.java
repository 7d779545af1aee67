package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.AliasNames;
import io.jenkins.plugins.mlflow.policy.DisplayText;

/**
 * What a trigger listens to, as one entry of its parameter {@code on}.
 *
 * @param name the alias or the tag's key; null for {@link VersionEvent.Kind#CREATED}
 * @param value the tag's value; null for the other kinds
 */
record EventCondition(VersionEvent.Kind kind, String name, String value) {
    static final String CREATED = "created";
    private static final String ALIAS = "alias:";
    private static final String TAG = "tag:";
    private static final String FORMS = "write 'created', 'alias:NAME' or 'tag:KEY=VALUE'";
    private static final int LONGEST_KEY = 250;
    private static final int LONGEST_VALUE = 5000;

    /** @throws IllegalArgumentException with a message that names the entry and says what would be right */
    static EventCondition parse(String text) {
        String given = text == null ? "" : text.strip();
        if (given.equals(CREATED)) {
            return new EventCondition(VersionEvent.Kind.CREATED, null, null);
        }
        if (given.startsWith(ALIAS)) {
            String alias = given.substring(ALIAS.length());
            String problem = AliasNames.problemWith(alias);
            if (problem != null) {
                throw invalid(given, problem);
            }
            return new EventCondition(VersionEvent.Kind.ALIAS, alias, null);
        }
        if (given.startsWith(TAG)) {
            return tag(given);
        }
        throw invalid(given, FORMS);
    }

    private static EventCondition tag(String given) {
        int equals = given.indexOf('=');
        if (equals < 0) {
            throw invalid(given, "a tag needs a value; write 'tag:KEY=VALUE'");
        }
        String key = given.substring(TAG.length(), equals);
        String value = given.substring(equals + 1);
        if (!key.matches("[/\\w.\\- :]+") || key.isBlank() || key.length() > LONGEST_KEY) {
            throw invalid(
                    given,
                    "a tag's key has 1 to " + LONGEST_KEY
                            + " letters, digits, `_`, `-`, `.`, `:`, `/` or blanks; write 'tag:KEY=VALUE'");
        }
        if (value.isEmpty() || value.length() > LONGEST_VALUE) {
            throw invalid(given, "a tag's value has 1 to " + LONGEST_VALUE + " characters; write 'tag:KEY=VALUE'");
        }
        if (value.chars().anyMatch(c -> DisplayText.isHidden(c)) || value.indexOf('\'') >= 0) {
            throw invalid(given, "a tag's value cannot hold control characters or the quote `'`; use another value");
        }
        return new EventCondition(VersionEvent.Kind.TAG, key, value);
    }

    private static IllegalArgumentException invalid(String given, String why) {
        return new IllegalArgumentException(
                "parameter `on` has the entry '" + DisplayText.name(given, 80) + "': " + why);
    }

    /** Whether an event may be about this: for an alias or a tag, also if it was moved or set to another value. */
    boolean isAbout(VersionEvent event) {
        return kind == event.getKind() && (name == null || name.equals(event.getName()));
    }

    /** As users write it. */
    String text() {
        return switch (kind) {
            case CREATED -> CREATED;
            case ALIAS -> ALIAS + name;
            case TAG -> TAG + name + "=" + value;
        };
    }
}
