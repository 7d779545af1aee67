package io.jenkins.plugins.mlflow.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Patterns of full names of jobs, as an administrator lists them. {@code *} is any text within a name, {@code **} in the place
 * of a name any number of names.
 *
 * <p>A branch with a slash is one job: {@code release/1.0} is named {@code release%2F1.0}. It matches a pattern that is written
 * either way. Where the pattern has a slash, the part before it must be written out: {@code release/*} matches the branch
 * {@code release/1.0}, but {@code *}{@code /main} does not match the branch {@code feature/main}, which anybody may make who may
 * push to the repository.
 */
final class JobPatterns {
    private static final String ANY = "**";
    private static final int LONGEST = 10_000;

    /** With more, a match could take for ever; who may configure a folder can write patterns, too. */
    private static final int MOST_ANY = 3;

    private static final int MOST_SEGMENTS = 64;
    private static final Pattern SEPARATOR = Pattern.compile("[,\\r\\n]+");

    /** What Jenkins allows in no name of a job, but a user may take for a pattern. */
    private static final Pattern NEVER_IN_A_NAME = Pattern.compile("[?\\\\\\[\\]!@#$^&|<>:;\\p{Cc}]");

    private final List<List<String>> patterns;

    private JobPatterns(List<List<String>> patterns) {
        this.patterns = patterns;
    }

    /**
     * @param text patterns separated by commas or line breaks; blank for none
     * @throws IllegalArgumentException if a pattern could not match as it seems to be meant
     */
    static JobPatterns parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("The allowed jobs have more than " + LONGEST + " characters.");
        }
        List<List<String>> patterns = SEPARATOR
                .splitAsStream(text)
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .map(JobPatterns::pattern)
                .toList();
        if (patterns.isEmpty() && !text.isBlank()) {
            throw new IllegalArgumentException("The allowed jobs hold no pattern. Leave them empty for all jobs.");
        }
        return new JobPatterns(patterns);
    }

    boolean match(String job) {
        List<String> name = segments(job);
        return patterns.stream().anyMatch(pattern -> matches(pattern, name));
    }

    /** The patterns that match none of these full names, as they were written. */
    List<String> withoutMatch(List<String> jobs) {
        List<List<String>> names = jobs.stream().map(JobPatterns::segments).toList();
        return patterns.stream()
                .filter(pattern -> names.stream().noneMatch(name -> matches(pattern, name)))
                .map(pattern -> String.join("/", pattern))
                .toList();
    }

    private static boolean matches(List<String> pattern, List<String> name) {
        if (pattern.isEmpty() || name.isEmpty()) {
            return name.isEmpty() && pattern.stream().allMatch(ANY::equals);
        }
        String first = pattern.get(0);
        List<String> restOfPattern = pattern.subList(1, pattern.size());
        List<String> restOfName = name.subList(1, name.size());
        if (first.equals(ANY)) {
            return matches(restOfPattern, name) || matches(pattern, restOfName);
        }
        return matchesOne(first, name.get(0)) && matches(restOfPattern, restOfName)
                || matchesBranch(pattern, name.get(0), restOfName);
    }

    /** Whether the first parts of the pattern match the parts of a branch's name, and what is left of it the rest. */
    private static boolean matchesBranch(List<String> pattern, String branch, List<String> restOfName) {
        List<String> parts = segments(decoded(branch));
        if (parts.size() == 1 || pattern.get(0).contains("*")) {
            return false;
        }
        for (int end = 2; end <= pattern.size(); end++) {
            if (matchesParts(pattern.subList(0, end), parts)
                    && matches(pattern.subList(end, pattern.size()), restOfName)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesParts(List<String> pattern, List<String> parts) {
        if (pattern.isEmpty() || parts.isEmpty()) {
            return parts.isEmpty() && pattern.stream().allMatch(ANY::equals);
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals(ANY)) {
            return matchesParts(rest, parts) || matchesParts(pattern, parts.subList(1, parts.size()));
        }
        return !isEncoded(pattern.get(0))
                && glob(pattern.get(0), parts.get(0))
                && matchesParts(rest, parts.subList(1, parts.size()));
    }

    private static boolean matchesOne(String pattern, String name) {
        if (glob(pattern, name)) {
            return true;
        }
        String decoded = decoded(name);
        return !isEncoded(pattern) && !decoded.contains("/") && glob(pattern, decoded);
    }

    /** A pattern that is written as Jenkins stores a name must not match a branch that is really called like that. */
    private static boolean isEncoded(String pattern) {
        return pattern.contains("%");
    }

    /** The branch's own name; the same one where it is no encoded name. */
    private static String decoded(String name) {
        try {
            return name.contains("%") ? URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8) : name;
        } catch (IllegalArgumentException e) {
            return name;
        }
    }

    /** Whether a name matches a pattern in which {@code *} is any text; in steps that grow with the product of both lengths. */
    private static boolean glob(String pattern, String name) {
        int inPattern = 0;
        int inName = 0;
        int lastStar = -1;
        int afterStar = 0;
        while (inName < name.length()) {
            if (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
                lastStar = inPattern++;
                afterStar = inName;
            } else if (inPattern < pattern.length() && pattern.charAt(inPattern) == name.charAt(inName)) {
                inPattern++;
                inName++;
            } else if (lastStar >= 0) {
                inPattern = lastStar + 1;
                inName = ++afterStar;
            } else {
                return false;
            }
        }
        return pattern.substring(inPattern).chars().allMatch(character -> character == '*');
    }

    private static List<String> pattern(String pattern) {
        List<String> segments = segments(pattern);
        boolean glued = segments.stream().anyMatch(segment -> segment.contains(ANY) && !segment.equals(ANY));
        boolean empty =
                segments.stream().anyMatch(segment -> segment.isBlank() || segment.equals(".") || segment.equals(".."));
        if (glued || empty || NEVER_IN_A_NAME.matcher(pattern).find()) {
            throw new IllegalArgumentException("The pattern '" + pattern.replaceAll("\\p{Cc}", " ")
                    + "' of the allowed jobs matches no full name of a job. Write names separated by /, for example"
                    + " ml/*/main; * is any text within one name, and ** in the place of a name any number of names.");
        }
        if (segments.size() > MOST_SEGMENTS
                || segments.stream().filter(ANY::equals).count() > MOST_ANY) {
            throw new IllegalArgumentException(
                    "The pattern '" + pattern + "' of the allowed jobs is too long: it may have at most "
                            + MOST_SEGMENTS + " names separated by /, and at most " + MOST_ANY + " times **.");
        }
        return segments;
    }

    private static List<String> segments(String name) {
        return List.of(name.split("/", -1));
    }
}
