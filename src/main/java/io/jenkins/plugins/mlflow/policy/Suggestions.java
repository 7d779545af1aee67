package io.jenkins.plugins.mlflow.policy;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Guesses which word a user meant, across typing errors, camel case, dashes and capitals. */
public final class Suggestions {
    private static final int LONGEST = 256;
    private static final int MOST_LISTED = 20;

    private Suggestions() {}

    /** The word that was most likely meant, or null if none is near. */
    static String nearest(String typed, Collection<String> words) {
        if (typed.length() > LONGEST) {
            return null;
        }
        String best = null;
        int least = Integer.MAX_VALUE;
        String wanted = normal(typed);
        for (String word : words) {
            int distance = word.equals(typed) ? Integer.MAX_VALUE : distance(wanted, normal(word));
            if (distance <= tolerated(wanted, word) && distance < least) {
                best = word;
                least = distance;
            }
        }
        return best;
    }

    /** The second half of a message about an unknown word: the near one, or all that are right. */
    public static String hint(String typed, Collection<String> words, String allOfThem) {
        String nearest = nearest(typed, words);
        return nearest != null ? "did you mean `" + nearest + "`?" : allOfThem + " " + list(words);
    }

    static String list(Collection<String> words) {
        List<String> shown = words.stream()
                .limit(MOST_LISTED)
                .map(word -> "`" + DisplayText.abbreviated(word) + "`")
                .collect(Collectors.toList());
        if (words.size() > MOST_LISTED) {
            shown.add((words.size() - MOST_LISTED) + " more");
        }
        int last = shown.size() - 1;
        return last < 1
                ? String.join("", shown)
                : String.join(", ", shown.subList(0, last)) + " and " + shown.get(last);
    }

    private static int tolerated(String typed, String word) {
        int length = Math.min(typed.length(), word.length());
        return length <= 2 ? 0 : length <= 5 ? 1 : length <= 9 ? 2 : 3;
    }

    private static String normal(String word) {
        return word.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("[- .]", "_")
                .toLowerCase(Locale.ROOT);
    }

    /** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
    static int distance(String from, String to) {
        int[][] steps = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int replaced = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                int least = Math.min(steps[i - 1][j - 1] + replaced, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                steps[i][j] = swapped ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
            }
        }
        return steps[from.length()][to.length()];
    }
}
