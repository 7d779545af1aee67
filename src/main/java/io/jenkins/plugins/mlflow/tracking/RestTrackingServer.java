package io.jenkins.plugins.mlflow.tracking;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * An MLflow server behind its REST API. It is given a {@code java.net.http} client, prepared by {@link #configure}, so
 * that the plugin can bring Jenkins' proxy settings and the command line the JDK's. Safe for use by several threads.
 */
public final class RestTrackingServer implements TrackingServer, TrackingHistory {
    private final HttpTransport transport;
    private final RunQueries runs;
    private final TaggedRunQueries taggedRuns;
    private final VersionQueries versions;
    private final VersionWrites writes;
    private final HistoryQueries history;
    private final LoggedModelQueries models;
    private final ArtifactQueries artifacts;

    /**
     * @param workspace sent as {@code X-MLFLOW-WORKSPACE}, or null
     * @param requestTimeout how long one request may take, the body of the response included
     * @throws IllegalArgumentException if the workspace cannot be sent or the timeout is not positive
     */
    public RestTrackingServer(
            HttpClient client,
            ServerAddress address,
            Credentials credentials,
            String workspace,
            Duration requestTimeout) {
        this(client, address, credentials, Credentials.none(), workspace, requestTimeout);
    }

    /**
     * The same through a proxy that wants a user and password.
     *
     * @param proxy what to send to the client's proxy; to nobody else, as the client makes sure
     */
    public RestTrackingServer(
            HttpClient client,
            ServerAddress address,
            Credentials credentials,
            Credentials proxy,
            String workspace,
            Duration requestTimeout) {
        this(new HttpTransport(
                Objects.requireNonNull(client),
                Objects.requireNonNull(address),
                Objects.requireNonNull(credentials),
                Objects.requireNonNull(proxy),
                checked(workspace),
                checked(requestTimeout)));
    }

    private RestTrackingServer(HttpTransport transport) {
        this.transport = transport;
        this.runs = new RunQueries(transport);
        this.taggedRuns = new TaggedRunQueries(transport);
        this.versions = new VersionQueries(transport);
        this.writes = new VersionWrites(transport);
        this.history = new HistoryQueries(transport);
        this.models = new LoggedModelQueries(transport);
        this.artifacts = new ArtifactQueries(transport);
    }

    /**
     * Prepares a client: HTTP/1.1, as MLflow's server responds 400 to an upgrade, and no redirects, which would carry
     * credentials elsewhere.
     *
     * @param trust the certificates to accept, or null for the JDK's
     */
    public static HttpClient.Builder configure(HttpClient.Builder builder, Duration connectTimeout, SSLContext trust) {
        builder.version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(checked(connectTimeout));
        return trust == null ? builder : builder.sslContext(trust);
    }

    private static String checked(String workspace) {
        if (workspace == null || workspace.isEmpty()) {
            return null;
        }
        if (!Credentials.visibleAscii(workspace)) {
            throw new IllegalArgumentException("The workspace '" + workspace.replaceAll("\\p{Cc}", " ")
                    + "' may only hold visible ASCII characters, without blanks.");
        }
        return workspace;
    }

    private static Duration checked(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("A timeout must be longer than 0, not " + timeout + ".");
        }
        return timeout;
    }

    @Override
    public TrackingServer within(Duration budget) {
        return new RestTrackingServer(transport.within(budget));
    }

    @Override
    public TrackingServer prefetching() {
        return new RestTrackingServer(transport.keeping(new Prefetched()));
    }

    @Override
    public boolean prefetch(Read read) throws InterruptedException {
        if (!transport.mayPrefetch()) {
            return false;
        }
        try {
            read.from(new RestTrackingServer(transport.prefetching()));
            return false;
        } catch (PrefetchedException sent) {
            return true;
        } catch (TrackingException e) {
            // It cannot be sent. The call that needs the answer says why.
            return false;
        }
    }

    @Override
    public void discardPrefetched() {
        transport.discardPrefetched();
    }

    /**
     * What the server is and who we are to it, by reading alone, within two request timeouts. A part that cannot be read is left
     * unknown, and nothing is thrown for it.
     */
    public ServerInfo serverInfo() throws InterruptedException {
        return new ServerInfoQueries(transport).serverInfo(RunQueries.byName("Default"));
    }

    /**
     * The webhooks of the server.
     *
     * @param secret what those are signed with that are made, and what no message shows; null if none are made
     */
    public WebhookQueries webhooks(String secret) {
        return new WebhookQueries(secret == null ? transport : transport.hiding(secret), secret);
    }

    @Override
    public int requests() {
        return transport.requests();
    }

    @Override
    public Run run(String runId) throws TrackingException, InterruptedException {
        return runs.run(runId);
    }

    @Override
    public void history(String runId, String metric, Consumer<Run.Metric> values)
            throws TrackingException, InterruptedException {
        history.metric(runId, metric, values);
    }

    @Override
    public LoggedModel loggedModel(String id) throws TrackingException, InterruptedException {
        return models.byId(id);
    }

    @Override
    public List<LoggedModel> loggedModels(String experimentId, String runId)
            throws TrackingException, InterruptedException {
        return models.ofRun(experimentId, runId);
    }

    @Override
    public List<LoggedModel> loggedModelsWith(List<String> experimentIds, String metric, double value)
            throws TrackingException, InterruptedException {
        return models.withMetric(experimentIds, metric, value);
    }

    @Override
    public Optional<Run> firstRun(RunSearch search) throws TrackingException, InterruptedException {
        return runs.firstRun(search);
    }

    @Override
    public List<TaggedRun> taggedRuns(TagSearch search) throws TrackingException, InterruptedException {
        return taggedRuns.find(search);
    }

    @Override
    public Experiment experimentByName(String name) throws TrackingException, InterruptedException {
        return runs.experimentByName(name);
    }

    @Override
    public Experiment experiment(String id) throws TrackingException, InterruptedException {
        return runs.experiment(id);
    }

    @Override
    public List<Artifact> artifacts(String runId, String path) throws TrackingException, InterruptedException {
        return artifacts.list(runId, path);
    }

    @Override
    public ModelVersion version(String model, String version) throws TrackingException, InterruptedException {
        return versions.version(model, version);
    }

    @Override
    public ModelSource files(String model, String version) throws TrackingException, InterruptedException {
        return versions.files(model, version);
    }

    @Override
    public Optional<ModelVersion> versionByAlias(String model, String alias)
            throws TrackingException, InterruptedException {
        return versions.byAlias(model, alias);
    }

    @Override
    public Optional<ModelVersion> versionInStage(String model, String stage)
            throws TrackingException, InterruptedException {
        return versions.inStage(model, stage);
    }

    @Override
    public List<ModelVersion> versionsInStage(String model, String stage)
            throws TrackingException, InterruptedException {
        return versions.allInStage(model, stage);
    }

    @Override
    public Optional<ModelVersion> highestVersion(String model) throws TrackingException, InterruptedException {
        return versions.highest(model, null, version -> true);
    }

    @Override
    public Optional<ModelVersion> highestVersionOfRun(String model, String runId, Predicate<ModelVersion> wanted)
            throws TrackingException, InterruptedException {
        return versions.highest(model, runId, wanted);
    }

    @Override
    public Optional<ModelVersion> highestVersionOf(String model, String loggedModel, Predicate<ModelVersion> wanted)
            throws TrackingException, InterruptedException {
        return versions.highestOf(model, LoggedModel.source(loggedModel), wanted);
    }

    @Override
    public int versionsWithTag(String model, String tag, int enough) throws TrackingException, InterruptedException {
        return versions.withTag(model, tag, enough);
    }

    @Override
    public List<ModelVersion> versionsWithTagValue(String model, String tag, String value)
            throws TrackingException, InterruptedException {
        return versions.withTagValue(model, tag, value);
    }

    @Override
    public Optional<RegisteredModel> registeredModel(String model) throws TrackingException, InterruptedException {
        return versions.registeredModel(model);
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId)
            throws TrackingException, InterruptedException {
        return writes.create(model, source, runId);
    }

    @Override
    public ModelVersion createVersionFrom(String model, String loggedModel, String runId)
            throws TrackingException, InterruptedException {
        return writes.createFrom(model, loggedModel, runId);
    }

    @Override
    public void setAlias(String model, String alias, String version) throws TrackingException, InterruptedException {
        writes.setAlias(model, alias, version);
    }

    @Override
    public void transitionStage(String model, String version, String stage, boolean archiveExisting)
            throws TrackingException, InterruptedException {
        writes.transitionStage(model, version, stage, archiveExisting);
    }

    @Override
    public void setVersionTags(String model, String version, Map<String, String> tags)
            throws TrackingException, InterruptedException {
        writes.setTags(model, version, tags);
    }

    @Override
    public Page<Run> runs(String experimentId, String filter, int size, String token)
            throws TrackingException, InterruptedException {
        return history.runs(experimentId, filter, size, token);
    }

    @Override
    public List<Run> runsById(String experimentId, List<String> ids) throws TrackingException, InterruptedException {
        return history.runsById(experimentId, ids);
    }

    @Override
    public Page<ModelVersion> versions(String model, int size, String token)
            throws TrackingException, InterruptedException {
        return history.versions(model, size, token);
    }
}
