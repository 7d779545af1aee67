package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Item;
import hudson.model.Job;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.Tab;
import jenkins.model.TransientActionFactory;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;
import org.kohsuke.stapler.verb.GET;

/**
 * The page of a job whose builds have gates: what is live of its models, and how their metrics went from build to build. It
 * reads the job's {@link TrendIndex} only when the page, or its script, asks for it.
 */
@ExportedBean
public final class ModelsAction extends Tab {
    /** Gates per answer, unless fewer are asked for. */
    static final int MOST_POINTS = 200;

    private static final int USUAL_POINTS = 100;
    private static final int TABLE_ROWS = 50;

    ModelsAction(Job<?, ?> job) {
        super(job);
    }

    public Job<?, ?> getJob() {
        return (Job<?, ?>) object;
    }

    @Override
    public String getIconFileName() {
        return "symbol-speedometer-outline plugin-ionicons-api";
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.ModelsAction_displayName();
    }

    @Override
    public String getUrlName() {
        return GateReportAction.URL_NAME;
    }

    private TrendIndex.Content content() throws IOException {
        getJob().checkPermission(Item.READ);
        return new TrendIndex(getJob()).read();
    }

    /** What the page shows, read once. */
    public Overview getOverview() throws IOException {
        return new Overview(content());
    }

    /** The models of the job's gates, and what is live of them. */
    public final class Overview {
        private final List<TrendPoint.Key> keys;
        private final Set<TrendPoint.Key> ever;

        private Overview(TrendIndex.Content content) {
            List<TrendPoint> points = content.points();
            Set<TrendPoint.Key> found = new LinkedHashSet<>();
            for (int i = points.size() - 1; i >= 0; i--) {
                found.add(points.get(i).key());
            }
            keys = List.copyOf(found);
            ever = content.keys();
        }

        /** Of the builds that are there, that of the newest gate first. */
        public List<ModelChoice> getModels() {
            boolean severalServers = keys.stream().map(TrendPoint.Key::server).distinct().count() > 1;
            return keys.stream().map(key -> new ModelChoice(key, severalServers)).toList();
        }

        /** Of all models that gates of this job ever judged, as far as the index goes back. */
        public LiveOverview getLive() {
            return new LiveOverview(live(ever));
        }
    }

    /** A model to choose. */
    public static final class ModelChoice {
        private final TrendPoint.Key key;
        private final boolean withServer;

        private ModelChoice(TrendPoint.Key key, boolean withServer) {
            this.key = key;
            this.withServer = withServer;
        }

        public String getModel() {
            return key.model();
        }

        /** Empty if the gates had none. */
        public String getServer() {
            return Util.fixNull(key.server());
        }

        public String getLabel() {
            return withServer ? key.model() + " (" + getServer() + ")" : key.model();
        }
    }

    private List<LiveRow> live(Collection<TrendPoint.Key> keys) {
        Set<List<String>> known = new HashSet<>();
        for (TrendPoint.Key key : keys) {
            known.add(List.of(registry(key.server()), key.model()));
        }
        return LiveStore.all().stream()
                .filter(record -> known.contains(List.of(record.getKey().registry(), record.getKey().model())))
                .map(record -> new LiveRow(record, getJob()))
                .toList();
    }

    private static String registry(String server) {
        try {
            return server == null ? "" : MlflowGlobalConfiguration.get().getServer(server).registry();
        } catch (ConfigurationException e) {
            return "";
        }
    }

    /** The newest gates, oldest first. */
    @Exported
    public List<TrendPoint> getGates() throws IOException {
        List<TrendPoint> points = content().points();
        return points.subList(Math.max(0, points.size() - USUAL_POINTS), points.size());
    }

    @Exported(name = "live")
    public List<LiveRow> getExportedLive() throws IOException {
        return getOverview().getLive().getRows();
    }

    public Api getApi() {
        return new Api(this);
    }

    /** The page {@code rollback/<id>/}. */
    @CheckForNull
    public RollBackPage getRollback(String id) throws IOException {
        RollBackPage page = getOverview().getLive().getRows().stream()
                .filter(row -> row.getId().equals(id))
                .findFirst()
                .map(row -> LiveStore.find(id))
                .map(record -> new RollBackPage(record, getJob()))
                .orElse(null);
        if (page != null) {
            page.checkPermission();
        }
        return page;
    }

    /**
     * What the script of the page asks for: at most {@code limit} gates of a model, oldest first, before the build
     * {@code before}.
     */
    @GET
    @WebMethod(name = "trend.json")
    public void doTrendJson(
            StaplerResponse2 response,
            @QueryParameter String server,
            @QueryParameter String model,
            @QueryParameter String before,
            @QueryParameter String limit)
            throws IOException {
        Page page = page(server, model, before, limit, USUAL_POINTS);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("model", page.model);
        answer.put("points", page.points.stream().map(TrendPoint::toMap).toList());
        answer.put("older", page.older);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json;charset=UTF-8");
        response.setStatus(HttpServletResponse.SC_OK);
        response.getWriter().write(Json.write(answer));
    }

    /** Of the table's page: the same gates, newest first. */
    public Page table(String server, String model, String before) throws IOException {
        return page(server, model, before, null, TABLE_ROWS);
    }

    private Page page(String server, String model, String before, String limit, int usual) throws IOException {
        List<TrendPoint> all = content().points();
        if (all.isEmpty()) {
            return new Page(model, List.of(), null);
        }
        TrendPoint.Key key = Util.fixEmpty(model) == null
                ? all.get(all.size() - 1).key()
                : new TrendPoint.Key(Util.fixEmpty(server), model);
        int below = number(before, Integer.MAX_VALUE);
        int most = Math.min(number(limit, usual), MOST_POINTS);
        List<TrendPoint> found =
                all.stream().filter(point -> point.isOf(key) && point.getBuild() < below).toList();
        int first = Math.max(0, found.size() - most);
        // The gates of one build stay together, so that the next page begins with another build.
        while (first > 0 && found.get(first - 1).getBuild() == found.get(first).getBuild() && found.size() - first < 2 * most) {
            first--;
        }
        List<TrendPoint> points = found.subList(first, found.size());
        return new Page(key.model(), points, first == 0 ? null : points.get(0).getBuild());
    }

    private static int number(String text, int otherwise) {
        return text != null && text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : otherwise;
    }

    /** Some gates of one model. */
    public static final class Page {
        private final String model;
        private final List<TrendPoint> points;
        private final Integer older;

        private Page(String model, List<TrendPoint> points, Integer older) {
            this.model = model;
            this.points = points;
            this.older = older;
        }

        public String getModel() {
            return model;
        }

        public List<TrendPoint> getNewestFirst() {
            List<TrendPoint> reversed = new ArrayList<>(points);
            Collections.reverse(reversed);
            return reversed;
        }

        /** The build before which there are more, or null. */
        public Integer getOlder() {
            return older;
        }

        /** Of all these gates. */
        public List<String> getMetrics() {
            return points.stream()
                    .flatMap(point -> point.getMetrics().stream())
                    .map(TrendMetric::getLabel)
                    .distinct()
                    .filter(Objects::nonNull)
                    .collect(Collectors.toList());
        }
    }

    /** Adds the page to jobs that ever had a gate. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Job> {
        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return ModelsAction.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Job target) {
            return TrendIndex.existsFor(target) ? List.of(new ModelsAction(target)) : List.of();
        }
    }
}
