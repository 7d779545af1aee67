package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.report.StatusLook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The last gate of each model of a job, for pages that show many jobs. It stays in memory while the job's {@link TrendIndex} is
 * unchanged, so that such a page reads no file but to see that.
 *
 * @param last the newest gate first
 * @param live the models of which a gate of the job ever read an alias or stage
 */
record TrendSummary(List<LastGate> last, Set<TrendPoint.Key> live) {
    private static final Logger LOGGER = Logger.getLogger(TrendSummary.class.getName());
    private static final int MOST_JOBS = 5_000;
    private static final TrendSummary NONE = new TrendSummary(List.of(), Set.of());

    private static final Map<Path, Known> KNOWN = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
            return size() > MOST_JOBS;
        }
    });

    private record Known(FileTime modified, long size, TrendSummary summary) {}

    /**
     * The last gate of a model.
     *
     * @param at when it started, as ISO 8601, or null
     */
    record LastGate(TrendPoint.Key key, String model, String server, StatusLook look, int build, String at) {

        /** Whether it let nothing through. */
        boolean isStopped() {
            return look == StatusLook.FAILED || look == StatusLook.ERROR || look == StatusLook.UNSTABLE;
        }
    }

    /** Of a job that has no index, or whose index cannot be read, there is nothing: its own page says why. */
    static TrendSummary of(Job<?, ?> job) {
        TrendIndex index = new TrendIndex(job);
        Path file = index.file();
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            Known known = KNOWN.get(file);
            if (known == null || known.size() != now.size() || !known.modified().equals(now.lastModifiedTime())) {
                known = new Known(now.lastModifiedTime(), now.size(), of(index.read()));
                KNOWN.put(file, known);
            }
            return known.summary();
        } catch (NoSuchFileException e) {
            KNOWN.remove(file);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the trend of the gates of " + job.getFullName());
        }
        return NONE;
    }

    private static TrendSummary of(TrendIndex.Content content) {
        Map<TrendPoint.Key, LastGate> newest = new LinkedHashMap<>();
        List<TrendPoint> points = content.points();
        for (int i = points.size() - 1; i >= 0; i--) {
            TrendPoint point = points.get(i);
            if (!point.isServerKnown() && isIn(newest, point.getModel())) {
                continue;
            }
            newest.computeIfAbsent(
                    point.key(),
                    key -> new LastGate(
                            key,
                            point.getModel(),
                            point.getServer(),
                            point.getLook(),
                            point.getBuild(),
                            point.getAt()));
        }
        return new TrendSummary(new ArrayList<>(newest.values()), content.live());
    }

    /** A gate that ended before it knew its server is the last one of its model until any later gate of the model. */
    private static boolean isIn(Map<TrendPoint.Key, LastGate> newest, String model) {
        return newest.keySet().stream().anyMatch(key -> Objects.equals(key.model(), model));
    }
}
