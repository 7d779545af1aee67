package io.jenkins.plugins.mlflow.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs cells side by side, as they mostly wait, and tells what came of them. */
final class FaultMatrix {
    private static final Path FOLDER = Path.of("target", "faults");

    private final String name;
    private final List<FaultCell.Column> leftOut;
    private final List<FaultCell.Result> results;
    private final int again;

    private FaultMatrix(String name, List<FaultCell.Column> leftOut, List<FaultCell.Result> results, int again) {
        this.again = again;
        this.name = name;
        this.leftOut = leftOut;
        this.results = results;
    }

    /** Every cell that the source offers. */
    static List<FaultCell> cells(FaultWorld.Source source) {
        List<FaultCell> cells = new ArrayList<>();
        for (boolean once : new boolean[] {true, false}) {
            for (boolean good : new boolean[] {true, false}) {
                for (Fault fault : Fault.values()) {
                    for (FaultCell.Column column : FaultCell.Column.ALL) {
                        if (column.occursFor(good) && source.offers(column)) {
                            cells.add(new FaultCell(column, fault, once, good));
                        }
                    }
                }
            }
        }
        return cells;
    }

    static FaultMatrix run(
            String name,
            FaultWorld.Source source,
            List<FaultCell> cells,
            int atOnce,
            Duration once,
            Duration forEver,
            Duration request)
            throws Exception {
        warmUp(source);
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        try {
            List<Future<FaultCell.Result>> running = new ArrayList<>();
            for (FaultCell cell : cells) {
                running.add(threads.submit(tryOf(source, cell, once, forEver, request)));
            }
            List<FaultCell.Result> results = new ArrayList<>();
            for (int i = 0; i < cells.size(); i++) {
                try {
                    results.add(running.get(i).get(30, TimeUnit.MINUTES));
                } catch (Exception e) {
                    results.add(new FaultCell.Result(
                            cells.get(i), '!', List.of("it broke: " + e), List.of(), Duration.ZERO));
                }
            }
            int again = 0;
            for (int i = 0; i < cells.size(); i++) {
                if (results.get(i).isOnlySlow()) {
                    again++;
                    results.set(
                            i,
                            tryOf(source, cells.get(i), once, forEver, request).call());
                }
            }
            return new FaultMatrix(
                    name,
                    FaultCell.Column.ALL.stream()
                            .filter(column -> !source.offers(column))
                            .toList(),
                    results,
                    again);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<FaultCell.Result> tryOf(
            FaultWorld.Source source, FaultCell cell, Duration once, Duration forEver, Duration request) {
        return () -> cell.run(source, new FaultCell.Patience(cell.once() ? once : forEver, request));
    }

    /** The first gate of a JVM is slow, and the first TLS connection too. */
    private static void warmUp(FaultWorld.Source source) throws Exception {
        FaultCell.Patience patience = new FaultCell.Patience(Duration.ofMinutes(2), Duration.ofMinutes(1));
        for (Fault fault : List.of(Fault.UNKNOWN_FIELDS, Fault.PRIVATE_AUTHORITY)) {
            new FaultCell(FaultCell.Column.ALL.get(0), fault, false, true).run(source, patience);
        }
    }

    /** What was wrong, one line a cell. */
    List<String> wrong() {
        return results.stream()
                .filter(result -> !result.wrong().isEmpty() || !result.slow().isEmpty())
                .map(result -> name + ", " + result.cell() + ": " + result.wrong() + result.slow())
                .toList();
    }

    /** Rows are faults, columns are requests; printed, and kept under {@code target/faults}. */
    FaultMatrix print() throws IOException {
        StringBuilder text = new StringBuilder();
        long latest = results.stream()
                .mapToLong(result -> result.overrun().toMillis())
                .max()
                .orElse(0);
        text.append(name)
                .append(": ")
                .append(results.size())
                .append(" cells, ")
                .append(wrong().size())
                .append(" wrong; the latest end was ")
                .append(latest)
                .append(" ms after its deadline; ")
                .append(again)
                .append(" were run again, alone, as the machine had been too slow for their deadlines\n")
                .append(results.stream()
                        .collect(Collectors.groupingBy(FaultCell.Result::letter, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(Collectors.joining(", ")))
                .append('\n')
                .append(
                        "P passed and promoted, F failed, errors: A unauthorized, B forbidden, C conflict, N not found, ")
                .append("R protocol, T timeout, U unreachable, X configuration; - nothing to disturb, . not run\n");
        if (!leftOut.isEmpty()) {
            text.append("Left out, as a gate does not come to them with this server: ")
                    .append(leftOut.stream().map(FaultCell.Column::toString).collect(Collectors.joining(", ")))
                    .append('\n');
        }
        text.append('\n');
        for (boolean good : new boolean[] {true, false}) {
            for (boolean once : new boolean[] {true, false}) {
                append(text, good, once);
            }
        }
        wrong().forEach(line -> text.append(line).append('\n'));
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve(name.replace(' ', '-') + ".txt"), text);
        System.out.println(text);
        return this;
    }

    private void append(StringBuilder text, boolean good, boolean once) {
        List<FaultCell.Result> some = results.stream()
                .filter(result -> result.cell().good() == good && result.cell().once() == once)
                .toList();
        if (some.isEmpty()) {
            return;
        }
        List<FaultCell.Column> columns = FaultCell.Column.ALL.stream()
                .filter(column ->
                        some.stream().anyMatch(result -> result.cell().column().equals(column)))
                .toList();
        text.append(good ? "A good" : "A bad")
                .append(" candidate, the fault ")
                .append(once ? "once" : "for ever")
                .append('\n');
        for (int line = 0; line < columns.size(); line++) {
            text.append(" ".repeat(32))
                    .append("| ".repeat(line))
                    .append(columns.get(line))
                    .append('\n');
        }
        for (Fault fault : Fault.values()) {
            text.append(String.format(
                    "%-32s", fault.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')));
            for (FaultCell.Column column : columns) {
                text.append(some.stream()
                                .filter(result -> result.cell().fault() == fault
                                        && result.cell().column().equals(column))
                                .map(result -> String.valueOf(result.letter()))
                                .findFirst()
                                .orElse("."))
                        .append(' ');
            }
            text.append('\n');
        }
        text.append('\n');
    }
}
