package io.jenkins.plugins.mlflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The examples of docs/guide.md, in their order. Each is a fenced block, and the words after its language tell the tests what to
 * do with it; a page shows none of them:
 *
 * <ul>
 *   <li>{@code yaml NAME}: a policy file, or the policy that an administrator stored if the name is {@code stored};
 *       {@code warnings} if lint warns of it
 *   <li>{@code json version=N}: the metrics of the run of a new model version, a list being a history from step 0; with {@code alias=A},
 *       {@code digest=D} of the dataset that the run logged, or {@code status=S} if it is not FINISHED
 *   <li>{@code sh}: command lines
 *   <li>{@code groovy RESULT}: a pipeline whose build ends like this
 *   <li>{@code text} after one of these: what it prints, with {@code exit=N} if the last command does not exit with 0. A line that
 *       holds only … stands for any lines
 * </ul>
 *
 * Every section begins with a registered model that has no versions.
 */
public final class Guide {
    private Guide() {}

    /**
     * One example.
     *
     * @param section the heading above it
     * @param line of its fence in the file, from 1
     * @param language the first word after the fence
     * @param words the others; those with a {@code =} by what is left of it
     */
    public record Block(String section, int line, String language, Map<String, String> words, String text) {
        public boolean is(String kind) {
            return language.equals(kind);
        }

        /** The first word that is no pair, or null. */
        public String name() {
            return words.keySet().stream()
                    .filter(word -> words.get(word).isEmpty())
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public String toString() {
            return "the " + language + " block on line " + line + " of guide.md";
        }
    }

    /** The folder docs/, wherever a build runs its tests. */
    public static Path docs() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/policy.md"))) {
            folder = folder.getParent();
        }
        return folder.resolve("docs");
    }

    /** The headings of the sections that have examples, in their order, each with its examples. */
    public static Map<String, List<Block>> sections() {
        Map<String, List<Block>> sections = new LinkedHashMap<>();
        blocks().forEach(block -> sections.computeIfAbsent(block.section(), name -> new ArrayList<>())
                .add(block));
        return sections;
    }

    private static List<Block> blocks() {
        List<String> lines = lines();
        List<Block> blocks = new ArrayList<>();
        String section = "";
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("## ")) {
                section = lines.get(i).substring(3);
            } else if (lines.get(i).startsWith("```")) {
                int end = i + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                blocks.add(block(section, i + 1, lines.get(i).substring(3), lines.subList(i + 1, end)));
                i = end;
            }
        }
        return blocks;
    }

    private static Block block(String section, int line, String info, List<String> text) {
        String[] parts = info.split(" ");
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            words.put(pair[0], pair.length == 2 ? pair[1] : "");
        }
        return new Block(section, line, parts[0], words, String.join("\n", text) + "\n");
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(docs().resolve("guide.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
