package io.jenkins.plugins.mlflow;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tables of {@code make bench}. */
public final class Figures {
    /** How often each thing is measured. */
    public static final int TURNS = Integer.getInteger("bench.turns", 15);

    private Figures() {}

    /** Median (quartiles), with one decimal. */
    public static String quartiles(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f to %.1f)",
                sorted[sorted.length / 2],
                sorted[sorted.length / 4],
                sorted[sorted.length * 3 / 4]);
    }

    /** Keeps the Markdown of one chapter. */
    public static void write(String name, String table) throws IOException {
        System.out.print(table);
        Path directory = new File(System.getProperty("bench.tables", "target/bench")).toPath();
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name), table);
    }
}
