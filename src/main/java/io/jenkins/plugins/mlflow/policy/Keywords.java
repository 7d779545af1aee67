package io.jenkins.plugins.mlflow.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Words of the policy file with their meanings, in the order in which messages list them. */
final class Keywords {
    private Keywords() {}

    static <T> Map<String, T> of(String first, T firstMeaning, String second, T secondMeaning) {
        Map<String, T> words = new LinkedHashMap<>();
        words.put(first, firstMeaning);
        words.put(second, secondMeaning);
        return Collections.unmodifiableMap(words);
    }

    static <T> Map<String, T> of(T[] meanings, Function<T, String> word) {
        Map<String, T> words = new LinkedHashMap<>();
        for (T meaning : meanings) {
            words.put(word.apply(meaning), meaning);
        }
        return Collections.unmodifiableMap(words);
    }
}
