package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.ReportFiles;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The lines of a {@link TrendIndex} whose file is missing, from the reports of the job's builds. They are kept in memory for as long
 * as the builds are the same, so that reading a page again does not read all reports again.
 */
final class TrendRebuild {
    private static final Logger LOGGER = Logger.getLogger(TrendRebuild.class.getName());
    private static final int MOST_BUILDS = 1_000;
    /** In bytes of all reports together, unpacked. */
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private static final String NUMBER = "[1-9][0-9]{0,8}";
    private static final Map<Path, SoftReference<Made>> MADE = new ConcurrentHashMap<>();

    /** @param builds when the directory of the builds had changed for the last time */
    private record Made(FileTime builds, List<String> lines) {}

    private TrendRebuild() {}

    /** In the order of the builds. */
    static List<String> lines(Job<?, ?> job) throws IOException {
        Path builds = job.getBuildDir().toPath();
        FileTime now = Files.exists(builds) ? Files.getLastModifiedTime(builds) : FileTime.fromMillis(0);
        SoftReference<Made> cached = MADE.get(builds);
        Made made = cached == null ? null : cached.get();
        if (made == null || !made.builds().equals(now)) {
            made = new Made(now, List.copyOf(read(job, builds)));
            MADE.put(builds, new SoftReference<>(made));
        }
        return made.lines();
    }

    /** So that the reports are read again: there is one more. */
    static void forget(Path builds) {
        MADE.remove(builds);
    }

    private static List<String> read(Job<?, ?> job, Path builds) {
        List<Integer> numbers = buildNames(builds).stream()
                .filter(name -> name.matches(NUMBER))
                .map(Integer::valueOf)
                .sorted(Comparator.reverseOrder())
                .limit(MOST_BUILDS)
                .toList();
        List<String> lines = new ArrayList<>();
        int left = MOST_BYTES;
        long room = TrendIndex.LARGEST_FILE / 2;
        for (int number : numbers) {
            Path build = builds.resolve(Integer.toString(number));
            for (int gate : ReportFiles.numbers(build)) {
                String report = report(build, gate, left);
                left = report == null ? 0 : left - report.length();
                TrendPoint point = left <= 0 ? null : point(job, number, gate, report);
                if (point != null) {
                    String line = TrendIndex.line(point.toMap());
                    room -= line.length();
                    lines.add(line);
                }
            }
            if (left <= 0 || room <= 0) {
                LOGGER.log(
                        Level.INFO,
                        "The reports of build {0} and before are left out of the trend in {1}",
                        new Object[] {number, builds});
                break;
            }
        }
        Collections.reverse(lines);
        return lines;
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

    private static TrendPoint point(Job<?, ?> job, int build, int gate, String report) {
        try {
            GateReport read = GateReport.fromMap((Map<?, ?>) Json.read(report));
            return GateRecorder.isInTrend(read)
                    ? TrendPoint.of(build, gate, read, GateRecorder.registry(job, read.getServer()))
                    : null;
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Cannot read report " + gate + " of build " + build);
            return null;
        }
    }

    /** The names in the directory of the builds; none if it cannot be read. */
    static List<String> buildNames(Path builds) {
        String[] names = builds.toFile().list();
        return names == null ? List.of() : Arrays.asList(names);
    }
}
