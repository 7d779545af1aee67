package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.JobFolder;
import io.jenkins.plugins.mlflow.report.JsonFile;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The gates of a job, one line each, in {@code mlflow-eval-gate/trend.jsonl} in the job's directory: so that a trend over a
 * thousand builds reads one file and loads no build. A line is added when a gate ends, and stays when its build is deleted.
 * Lines that cannot be read are passed over. If the file is missing, the gates come from the reports of the builds, and the next
 * gate that ends writes it anew; a reader never does.
 */
final class TrendIndex {
    static final long LARGEST_FILE = 8L * 1024 * 1024;

    private static final Logger LOGGER = Logger.getLogger(TrendIndex.class.getName());
    private static final String LIVE = "live";
    private static final int MOST_LIVE = 1_000;
    private static final JobFolder FOLDER = new JobFolder(GateReportAction.URL_NAME);

    private static final int MOST_PARSED = 100;

    /** Of the jobs whose page was opened last, for as long as there is memory. */
    private static final Map<Path, SoftReference<Parsed>> PARSED =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Path, SoftReference<Parsed>> eldest) {
                    return size() > MOST_PARSED;
                }
            });

    /** What a file held when it was like this. */
    private record Parsed(FileTime modified, long size, Content content) {}

    /** One of them for each job: the file of a job is written by one at a time. */
    private static final Object[] LOCKS = new Object[64];

    static {
        Arrays.setAll(LOCKS, i -> new Object());
    }

    private final Job<?, ?> job;
    private final Path builds;
    private final Path file;
    private final Object lock;

    TrendIndex(Job<?, ?> job) {
        this.job = job;
        builds = job.getBuildDir().toPath();
        file = FOLDER.path(job).resolve("trend.jsonl");
        lock = LOCKS[Math.floorMod(file.hashCode(), LOCKS.length)];
    }

    /** Whether the job ever had a gate. */
    static boolean existsFor(Job<?, ?> job) {
        return FOLDER.existsFor(job);
    }

    /** Adds a gate that has ended, whose report is already with its build. */
    void add(TrendPoint point) throws IOException {
        synchronized (lock) {
            TrendRebuild.forget(builds);
            FOLDER.create(job);
            if (!Files.exists(file)) {
                JsonFile.replace(file, String.join("\n", TrendRebuild.lines(job)));
            }
            // The line break comes first, so that a line that a crash cut short spoils no other.
            Files.writeString(
                    file,
                    '\n' + line(point.toMap()),
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
     * @param points all gates, in the order of the builds
     * @param live the models of which a gate read an alias or stage, also where the gate itself is no longer in the index
     */
    record Content(List<TrendPoint> points, Set<TrendPoint.Key> live) {}

    Path file() {
        return file;
    }

    /** All of it. */
    Content read() throws IOException {
        LOGGER.log(Level.FINE, "Reading the gates of {0}", file);
        if (!Files.exists(file)) {
            return withDeleted(parse(TrendRebuild.lines(job).stream()));
        }
        synchronized (lock) {
            return stored();
        }
    }

    private Content stored() throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        SoftReference<Parsed> known = PARSED.get(file);
        Parsed parsed = known == null ? null : known.get();
        if (parsed == null || parsed.size() != now.size() || !parsed.modified().equals(now.lastModifiedTime())) {
            // Bytes that are no UTF-8 spoil their own line only.
            Content content = parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines());
            parsed = new Parsed(now.lastModifiedTime(), now.size(), content);
            PARSED.put(file, new SoftReference<>(parsed));
        }
        return withDeleted(parsed.content());
    }

    /** Builds may be deleted while the index stays as it is. */
    private Content withDeleted(Content content) {
        Set<String> present = new HashSet<>(TrendRebuild.buildNames(builds));
        content.points().forEach(point -> point.setDeleted(!present.contains(Integer.toString(point.getBuild()))));
        return content;
    }

    private Content parse(Stream<String> lines) {
        TreeMap<Long, TrendPoint> points = new TreeMap<>();
        Set<TrendPoint.Key> live = new LinkedHashSet<>();
        lines.filter(line -> !line.isBlank()).forEach(line -> {
            Map<?, ?> map = map(line);
            if (map == null) {
                LOGGER.log(Level.FINE, "Passed over a line of {0} that cannot be read", file);
            } else if (map.get(LIVE) instanceof List<?> keys) {
                keys.forEach(key -> addKey(key, live));
            } else {
                TrendPoint point = TrendPoint.fromMap(map);
                if (point != null) {
                    // Of a gate that was resumed and reported twice, the last report counts.
                    points.put(((long) point.getBuild() << Integer.SIZE) + point.getGate(), point);
                }
            }
        });
        points.values().stream()
                .filter(TrendPoint::isAliasRead)
                .map(TrendPoint::key)
                .forEach(live::add);
        return new Content(List.copyOf(points.values()), Collections.unmodifiableSet(live));
    }

    private static Map<?, ?> map(String line) {
        try {
            return Json.read(line) instanceof Map<?, ?> map ? map : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void addKey(Object key, Set<TrendPoint.Key> keys) {
        if (key instanceof Map<?, ?> map) {
            String registry = Json.text(map, "registry");
            String model = Json.text(map, "model");
            if (registry != null && model != null) {
                keys.add(new TrendPoint.Key(registry, model));
            }
        }
    }

    private static Map<String, Object> keyMap(TrendPoint.Key key) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("registry", key.registry());
        map.put("model", key.model());
        return map;
    }

    static String line(Map<String, Object> map) {
        // What has no UTF-8 form becomes a question mark.
        return new String(Json.write(map).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Keeps the newest gates, in half of the room that there is, and the models of all. */
    private void compact() throws IOException {
        Content content = stored();
        List<TrendPoint> points = content.points();
        List<String> kept = new ArrayList<>();
        long room = LARGEST_FILE / 2;
        for (int i = points.size() - 1; i >= 0; i--) {
            String line = line(points.get(i).toMap());
            room -= line.getBytes(StandardCharsets.UTF_8).length + 1;
            if (room < 0) {
                break;
            }
            kept.add(0, line);
        }
        kept.add(
                0,
                line(Map.of(
                        LIVE,
                        content.live().stream()
                                .limit(MOST_LIVE)
                                .map(TrendIndex::keyMap)
                                .toList())));
        JsonFile.replace(file, String.join("\n", kept));
    }
}
