package io.jenkins.plugins.mlflow.live;

import hudson.Util;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the page of a job's models shows, read once. */
public final class ModelsOverview {
    private final JobModels models;

    ModelsOverview(JobModels models) {
        this.models = models;
    }

    /** Why nothing is shown, as a sentence; null if the gates could be read. */
    public String getProblem() {
        return models.problem();
    }

    /** Those of the gates of this job, that of the newest gate first, by the name that its server had last. */
    public List<ModelChoice> getModels() {
        Map<TrendPoint.Key, TrendPoint> newest = new LinkedHashMap<>();
        List<TrendPoint> points = models.points();
        for (int i = points.size() - 1; i >= 0; i--) {
            newest.putIfAbsent(points.get(i).key(), points.get(i));
        }
        boolean severalServers = newest.keySet().stream()
                        .map(TrendPoint.Key::registry)
                        .distinct()
                        .count()
                > 1;
        return newest.values().stream()
                .map(point -> new ModelChoice(point, severalServers))
                .toList();
    }

    public LiveOverview getLive() {
        return new LiveOverview(models.live());
    }

    /** A model to choose. */
    public static final class ModelChoice {
        private final TrendPoint newest;
        private final boolean withServer;

        private ModelChoice(TrendPoint newest, boolean withServer) {
            this.newest = newest;
            this.withServer = withServer;
        }

        public String getModel() {
            return newest.getModel();
        }

        /** Empty if the gates had none. */
        public String getServer() {
            return Util.fixNull(newest.getServer());
        }

        public String getLabel() {
            return withServer && !getServer().isEmpty() ? getModel() + " (" + getServer() + ")" : getModel();
        }
    }
}
