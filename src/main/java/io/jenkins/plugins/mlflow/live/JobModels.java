package io.jenkins.plugins.mlflow.live;

import hudson.Util;
import hudson.model.Item;
import hudson.model.Job;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The gates of a job and what is live of their models, read once, for one who may read the job. */
final class JobModels {
    /** Gates per response, unless fewer are requested. */
    static final int MOST_POINTS = 200;

    static final int USUAL_POINTS = 100;

    private static final Logger LOGGER = Logger.getLogger(JobModels.class.getName());

    private final Job<?, ?> job;
    private final TrendIndex.Content content;
    private final String problem;

    private JobModels(Job<?, ?> job, TrendIndex.Content content, String problem) {
        this.job = job;
        this.content = content;
        this.problem = problem;
    }

    /** Throws what Jenkins throws at one who may not read the job. */
    static JobModels of(Job<?, ?> job) {
        job.checkPermission(Item.READ);
        try {
            return new JobModels(job, new TrendIndex(job).read(), null);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the trend of the gates of " + job.getFullName());
            return new JobModels(
                    job, new TrendIndex.Content(List.of(), Set.of()), Messages.JobModels_problem(cause(e)));
        }
    }

    /** Without a path: that is for the log. */
    private static String cause(Exception e) {
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : e.getClass().getSimpleName();
    }

    /** Why the gates could not be read, as a sentence; null if they were. */
    String problem() {
        return problem;
    }

    /** All of them, in the order of the builds. */
    List<TrendPoint> points() {
        return content.points();
    }

    /** What is live of all models of which a gate of this job ever read an alias or stage. */
    List<LiveRow> live() {
        Set<TrendPoint.Key> known = new HashSet<>(content.live());
        return LiveStore.all().stream()
                .filter(record -> known.contains(new TrendPoint.Key(
                        LiveKey.digest(record.getKey().registry()),
                        record.getKey().model())))
                .map(record -> new LiveRow(record, job))
                .toList();
    }

    /**
     * At most so many gates of a model, the newest, or those before a build.
     *
     * @param server the name that the server had in one of the gates
     * @param model that of the newest gate if it is null or empty
     * @param before the number of a build; what is none counts as not given
     * @param limit how many are asked for; what is no number counts as not given
     * @param usual how many if nothing is asked for
     */
    TrendPage page(String server, String model, String before, String limit, int usual) {
        List<TrendPoint> all = content.points();
        TrendPoint newest = null;
        for (TrendPoint point : all) {
            boolean asked = Util.fixEmpty(model) == null
                    || point.getModel().equals(model) && Objects.equals(point.getServer(), Util.fixEmpty(server));
            newest = asked ? point : newest;
        }
        if (newest == null) {
            return new TrendPage(model, List.of(), null, problem);
        }
        TrendPoint.Key key = newest.key();
        int below = number(before, Integer.MAX_VALUE);
        int most = Math.min(number(limit, usual), MOST_POINTS);
        List<TrendPoint> found = all.stream()
                .filter(point -> point.isOf(key) && point.getBuild() < below)
                .toList();
        int first = Math.max(0, found.size() - most);
        // The gates of one build stay together, so that the next page begins with another build.
        while (first > 0
                && found.get(first - 1).getBuild() == found.get(first).getBuild()
                && found.size() - first < 2 * most) {
            first--;
        }
        List<TrendPoint> points = found.subList(first, found.size());
        return new TrendPage(
                newest.getModel(), points, first == 0 ? null : points.get(0).getBuild(), problem);
    }

    private static int number(String text, int otherwise) {
        return text != null && text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : otherwise;
    }
}
