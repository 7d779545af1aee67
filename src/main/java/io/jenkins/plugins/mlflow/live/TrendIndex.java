package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.JsonFile;
import io.jenkins.plugins.mlflow.report.ReportFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The gates of a job, one line each, in {@code mlflow-eval-gate/trend.jsonl} in the job's directory: so that a trend over a
 * thousand builds reads one file and loads no build. A line is added when a gate ends. Gates of deleted builds are not shown,
 * lines that cannot be read are passed over, and if the file is gone it is made again from the reports of the builds.
 */
final class TrendIndex {
    static final long LARGEST_FILE = 8L * 1024 * 1024;

    private static final Logger LOGGER = Logger.getLogger(TrendIndex.class.getName());
    private static final int MOST_BUILDS_REBUILT = 1_000;
    /** In bytes of all reports together, unpacked. */
    private static final int MOST_REBUILT_FROM = 64 * 1024 * 1024;

    private static final String NUMBER = "[1-9][0-9]{0,8}";

    /** One of them for each job: the file of a job is written by one at a time. */
    private static final Object[] LOCKS = new Object[64];

    static {
        Arrays.setAll(LOCKS, i -> new Object());
    }

    private final Path builds;
    private final Path file;
    private final Object lock;

    TrendIndex(Job<?, ?> job) {
        builds = job.getBuildDir().toPath();
        file = folder(job).resolve("trend.jsonl");
        lock = LOCKS[Math.floorMod(file.hashCode(), LOCKS.length)];
    }

    /** Whether the job ever had a gate. One look at the disk. */
    static boolean existsFor(Job<?, ?> job) {
        return Files.isDirectory(folder(job));
    }

    private static Path folder(Job<?, ?> job) {
        return job.getRootDir().toPath().resolve(GateReportAction.URL_NAME);
    }

    /** Adds a gate that has ended, whose report is already with its build. */
    void add(TrendPoint point) throws IOException {
        synchronized (lock) {
            if (!Files.exists(file)) {
                rebuild();
            }
            // The line break comes first, so that a line that a crash cut short spoils no other.
            Files.writeString(
                    file,
                    '\n' + line(point),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND);
            if (Files.size(file) > LARGEST_FILE) {
                compact();
            }
        }
    }

    /**
     * What the index holds.
     *
     * @param points the gates of the builds that are there, in the order of the builds
     * @param keys the models of all gates, of those of deleted builds too
     */
    record Content(List<TrendPoint> points, Set<TrendPoint.Key> keys) {}

    /** All of it. */
    Content read() throws IOException {
        synchronized (lock) {
            if (!Files.exists(file)) {
                rebuild();
            }
            return lines();
        }
    }

    private Content lines() throws IOException {
        TreeMap<Long, TrendPoint> points = new TreeMap<>();
        Set<TrendPoint.Key> keys = new HashSet<>();
        Set<String> present = buildNames();
        int unreadable = 0;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                TrendPoint point = line.isBlank() ? null : point(line);
                if (point == null) {
                    unreadable += line.isBlank() ? 0 : 1;
                    continue;
                }
                keys.add(point.key());
                if (present.contains(Integer.toString(point.getBuild()))) {
                    // Of a gate that was resumed and reported twice, the last report counts.
                    points.put(((long) point.getBuild() << Integer.SIZE) + point.getGate(), point);
                }
            }
        }
        if (unreadable > 0) {
            LOGGER.log(Level.FINE, "Passed over {0} lines of {1} that cannot be read", new Object[] {unreadable, file});
        }
        return new Content(new ArrayList<>(points.values()), keys);
    }

    private static TrendPoint point(String line) {
        try {
            return Json.read(line) instanceof Map<?, ?> map ? TrendPoint.fromMap(map) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String line(TrendPoint point) {
        // What has no UTF-8 form becomes a question mark.
        return new String(Json.write(point.toMap()).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** The newest gates, in half of the room that there is. */
    private void compact() throws IOException {
        List<TrendPoint> points = lines().points();
        List<String> kept = new ArrayList<>();
        long room = LARGEST_FILE / 2;
        for (int i = points.size() - 1; i >= 0; i--) {
            String line = line(points.get(i));
            room -= line.getBytes(StandardCharsets.UTF_8).length + 1;
            if (room < 0) {
                break;
            }
            kept.add(0, line);
        }
        JsonFile.replace(file, String.join("\n", kept));
    }

    private void rebuild() throws IOException {
        List<Integer> numbers = buildNames().stream()
                .filter(name -> name.matches(NUMBER))
                .map(Integer::valueOf)
                .sorted(Comparator.reverseOrder())
                .limit(MOST_BUILDS_REBUILT)
                .toList();
        List<String> lines = new ArrayList<>();
        int left = MOST_REBUILT_FROM;
        for (int number : numbers) {
            Path build = builds.resolve(Integer.toString(number));
            for (int gate : ReportFiles.numbers(build)) {
                String report = report(build, gate, left);
                left = report == null ? 0 : left - report.length();
                TrendPoint point = left <= 0 ? null : point(number, gate, report);
                if (point != null) {
                    lines.add(line(point));
                }
            }
            if (left <= 0) {
                LOGGER.log(Level.INFO, "The reports of build {0} and before are left out of {1}", new Object[] {number, file});
                break;
            }
        }
        Collections.reverse(lines);
        JsonFile.replace(file, String.join("\n", lines));
        if (Files.size(file) > LARGEST_FILE) {
            compact();
        }
    }

    /** Empty if it cannot be read; null if it is larger than what is left to be read. */
    private static String report(Path build, int gate, int left) {
        try {
            return ReportFiles.json(build, gate, left);
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "Cannot read report " + gate + " of " + build);
            return "";
        }
    }

    private static TrendPoint point(int build, int gate, String report) {
        try {
            GateReport read = GateReport.fromMap((Map<?, ?>) Json.read(report));
            return GateEnds.isInTrend(read) ? TrendPoint.of(build, gate, read) : null;
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Cannot read report " + gate + " of build " + build);
            return null;
        }
    }

    private Set<String> buildNames() {
        String[] names = builds.toFile().list();
        return names == null ? Set.of() : new HashSet<>(Arrays.asList(names));
    }
}
