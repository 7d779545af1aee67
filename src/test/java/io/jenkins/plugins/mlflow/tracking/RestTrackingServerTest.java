package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of MLflow, and what is made of its answers. */
@Timeout(30)
class RestTrackingServerTest {
    private static final String DATE = "Date: Fri, 20 Nov 2026 10:00:00 GMT";

    private static StubServer answering(String json) {
        return StubServer.answering(200, json.replace('\'', '"'), DATE, "Content-Type: application/json");
    }

    private static Run run(String json) throws Exception {
        try (StubServer stub = answering(json)) {
            return stub.server().run("abc");
        }
    }

    private static String decodedTarget(StubServer.Request request) {
        return URLDecoder.decode(request.target(), StandardCharsets.UTF_8);
    }

    private static TrackingException protocol(StubServer stub, Asking asking) throws IOException {
        try (stub) {
            TrackingException e = assertThrows(TrackingException.class, () -> asking.of(stub.server()));
            assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
            return e;
        }
    }

    private interface Asking {
        Object of(TrackingServer server) throws TrackingException, InterruptedException;
    }

    @Test
    void aRunIsReadWithItsMetricsTimesAndTheServersClock() throws Exception {
        Run run = run("{'run':{'info':{'run_id':'abc','run_uuid':'abc','experiment_id':'3','status':'FINISHED',"
                + "'start_time':'1000','end_time':2000,'lifecycle_stage':'active','new_field':{'x':1}},"
                + "'data':{'metrics':[{'key':'accuracy','value':0.9,'timestamp':5,'step':7,'dataset_name':'d'},"
                + "{'key':'no value','timestamp':5},{'key':'null','value':null},{'key':'nan','value':'NaN'},"
                + "{'key':'inf','value':'-Infinity'},{'key':'max','value':1.7976931348623157e+308}]},'outputs':{}}}");
        assertEquals("abc", run.id());
        assertEquals("3", run.experimentId());
        assertEquals(Run.Status.FINISHED, run.status());
        assertFalse(run.deleted());
        assertEquals(Instant.ofEpochMilli(1000), run.startTime());
        assertEquals(Instant.ofEpochMilli(2000), run.endTime());
        assertEquals(Instant.parse("2026-11-20T10:00:00Z"), run.serverTime());
        assertEquals(new Run.Metric(0.9, 5, 7), run.metrics().get("accuracy"));
        assertEquals(Set.of("accuracy", "nan", "inf", "max"), run.metrics().keySet());
        assertTrue(Double.isNaN(run.metrics().get("nan").value()));
        assertEquals(Double.NEGATIVE_INFINITY, run.metrics().get("inf").value());
        assertEquals(Double.MAX_VALUE, run.metrics().get("max").value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'status':'RESTING',", ""})
    void aStatusThatIsUnknownOrAbsentIsNotTakenForAnother(String status) throws Exception {
        Run run = run("{'run':{'info':{" + status + "'run_id':'abc','lifecycle_stage':'deleted'}}}");
        assertEquals(Run.Status.UNKNOWN, run.status());
        assertTrue(run.deleted());
        assertNull(run.startTime());
        assertNull(run.endTime());
    }

    @Test
    void twoDifferentValuesOfAMetricAreRefused() throws IOException {
        String json = "{'run':{'info':{'run_id':'abc'},'data':{'metrics':"
                + "[{'key':'a','value':1},{'key':'a','value':2}]}}}";
        protocol(answering(json), server -> server.run("abc"));
    }

    @Test
    void withoutADateHeaderTheServersClockIsUnknown() throws Exception {
        try (StubServer stub = StubServer.answering(200, "{\"run\":{\"info\":{\"run_id\":\"abc\"}}}", "Date: today")) {
            assertNull(stub.server().run("abc").serverTime());
        }
    }

    @Test
    void requestsCarryPrefixParametersAndHeadersAsMlflowWantsThem() throws Exception {
        try (StubServer stub = answering("{'run':{'info':{'run_id':'a b/+&%'}}}")) {
            RestTrackingServer server = StubServer.server(
                    stub.url() + "/team/x/", Credentials.bearer("t0ken", "id"), "churn", Duration.ofSeconds(5));
            server.run("a b/+&%");
            server.within(Duration.ofSeconds(3)).run("a b/+&%");
            assertEquals(2, server.requests());
            StubServer.Request request = stub.request();
            assertEquals("/team/x/api/2.0/mlflow/runs/get?run_id=a%20b%2F%2B%26%25", request.target());
            assertEquals("Bearer t0ken", request.header("Authorization"));
            assertEquals("churn", request.header("X-MLFLOW-WORKSPACE"));
            assertEquals("mlflow-eval-gate", request.header("User-Agent"));
            assertNull(request.header("Upgrade"), "no HTTP/2 upgrade");
        }
    }

    private static String found(String id, long start, String metrics) {
        return "{'info':{'run_id':'" + id + "','experiment_id':'3','start_time':" + start
                + ",'lifecycle_stage':'active'},'data':{'metrics':[" + metrics + "]}}";
    }

    private static RunSearch newest() {
        return new RunSearch("3", null, null, true, null);
    }

    private static RunSearch best(boolean descending) {
        return new RunSearch("3", null, "acc", descending, null);
    }

    private static String acc(Object value) {
        return "{'key':'acc','value':" + value + "}";
    }

    @Test
    void theNewestRunIsAskedForWithFilterAndAge() throws Exception {
        try (StubServer stub = answering("{'runs':[" + found("a", 9000, "") + "," + found("b", 8000, "") + "]}")) {
            RunSearch search = new RunSearch("3", "tags.purpose = 'eval'", null, true, Instant.ofEpochMilli(5000));
            assertEquals("a", stub.server().firstRun(search).orElseThrow().id());
            assertEquals("application/json", stub.request().header("Content-Type"));
            assertEquals(
                    "{\"experiment_ids\":[\"3\"],\"run_view_type\":\"ACTIVE_ONLY\","
                            + "\"filter\":\"tags.purpose = 'eval' AND attributes.start_time >= 5000\",\"max_results\":5,"
                            + "\"order_by\":[\"attributes.start_time DESC\"]}",
                    stub.request()
                            .body()
                            .replace("\\u003d", "=")
                            .replace("\\u003e", ">")
                            .replace("\\u0027", "'"));
        }
    }

    @Test
    void noMatchIsEmpty() throws Exception {
        try (StubServer stub = answering("{}")) {
            assertEquals(Optional.empty(), stub.server().firstRun(newest()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'NaN'", "1.7976931348623157e308", "'Infinity'"})
    void theBestRunNeedsAFiniteValue(String value) throws Exception {
        try (StubServer stub = answering("{'runs':[" + found("a", 1, acc(value)) + "," + found("b", 1, "") + "]}")) {
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().firstRun(best(true)));
            assertEquals(ErrorCategory.NOT_FOUND, e.category());
            assertTrue(e.getMessage().contains("'acc'"), e.getMessage());
        }
    }

    @Test
    void theBestRunIsTheFirstWithAFiniteValue() throws Exception {
        String runs = found("inf", 1, acc("1.7976931348623157e308")) + "," + found("good", 2, acc(0.9)) + ","
                + found("tied", 1, acc(0.9)) + "," + found("nan", 3, acc("'NaN'")) + "," + found("none", 3, "");
        try (StubServer stub = answering("{'runs':[" + runs + "]}")) {
            assertEquals(
                    "good", stub.server().firstRun(best(true)).orElseThrow().id());
            assertTrue(stub.request().body().contains("metrics.`acc` DESC\",\"attributes.start_time DESC"));
        }
    }

    @Test
    void runsThatWereNotAskedForAreRefused() throws IOException {
        protocol(
                answering("{'runs':[" + found("old", 1, "") + "," + found("new", 2, "") + "]}"),
                server -> server.firstRun(newest()));
        protocol(
                answering("{'runs':[" + found("a", 1, acc(0.5)) + "," + found("b", 1, acc(0.9)) + "]}"),
                server -> server.firstRun(best(true)));
        protocol(
                answering("{'runs':[" + found("a", 1, "") + "," + found("b", 1, acc(0.9)) + "]}"),
                server -> server.firstRun(best(false)));
        protocol(
                answering("{'runs':[" + found("a", 1, "").replace("active", "deleted") + "]}"),
                server -> server.firstRun(newest()));
        protocol(
                answering("{'runs':[" + found("a", 1, "").replace("'3'", "'4'") + "]}"),
                server -> server.firstRun(newest()));
        protocol(
                answering("{'runs':[" + found("a", 1, "") + "]}"),
                server -> server.firstRun(new RunSearch("3", null, null, true, Instant.ofEpochMilli(2))));
        protocol(answering("{'next_page_token':'more'}"), server -> server.firstRun(newest()));
    }

    @Test
    void aMetricWithABacktickIsRefusedBeforeAnythingIsSent() throws IOException {
        try (StubServer stub = answering("{}")) {
            RunSearch search = new RunSearch("3", null, "a` DESC, `b", true, null);
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().firstRun(search));
            assertEquals(ErrorCategory.CONFIGURATION, e.category());
            assertTrue(stub.requests().isEmpty());
        }
    }

    @Test
    void anExperimentMustBeTheOneAskedFor() throws Exception {
        String json = "{'experiment':{'experiment_id':'3','name':'churn','lifecycle_stage':'deleted'}}";
        try (StubServer stub = answering(json)) {
            Experiment experiment = stub.server().experimentByName("churn");
            assertEquals("3", experiment.id());
            assertTrue(experiment.deleted());
            assertEquals(Instant.parse("2026-11-20T10:00:00Z"), experiment.serverTime());
        }
        protocol(answering(json), server -> server.experimentByName("other"));
        protocol(answering("{}"), server -> server.experimentByName("churn"));
    }

    private static String version(String model, int version, String more) {
        return "{'name':'" + model + "','version':'" + version + "','run_id':'r1','current_stage':'Staging',"
                + "'status':'READY','source':'runs:/r1/model'" + more + "}";
    }

    @Test
    void aVersionIsReadWithItsTags() throws Exception {
        try (StubServer stub = answering("{'model_version':"
                + version(
                        "m", 7, ",'creation_timestamp':1700000000000,'tags':[{'key':'k','value':'v'}],'aliases':['x']")
                + "}")) {
            assertEquals(
                    new ModelVersion(
                            "m",
                            "7",
                            "r1",
                            "Staging",
                            ModelVersion.Status.READY,
                            "runs:/r1/model",
                            Map.of("k", "v"),
                            Instant.ofEpochMilli(1_700_000_000_000L)),
                    stub.server().version("m", "7"));
        }
    }

    @Test
    void aVersionMustBeTheOneAskedFor() throws IOException {
        String json = "{'model_version':" + version("m", 7, "") + "}";
        protocol(answering(json), server -> server.version("m", "8"));
        protocol(answering(json), server -> server.version("M", "7"));
        protocol(answering("{}"), server -> server.version("m", "7"));
        protocol(answering("{}"), server -> server.versionByAlias("m", "champion"));
        protocol(answering(json), server -> server.versionByAlias("M", "champion"));
        protocol(answering(json), server -> server.createVersion("m", "runs:/r2/model", "r2"));
        protocol(answering(json), server -> {
            server.transitionStage("m", "7", "Production", true);
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({
        "SLEEPING, UNKNOWN",
        "PENDING_REGISTRATION, PENDING_REGISTRATION",
        "FAILED_REGISTRATION, FAILED_REGISTRATION"
    })
    void aVersionsStatusIsNotGuessed(String told, ModelVersion.Status read) throws Exception {
        try (StubServer stub =
                answering("{'model_version':" + version("m", 7, "").replace("READY", told) + "}")) {
            assertEquals(read, stub.server().version("m", "7").status());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_PARAMETER_VALUE, Registered model alias champion not found., true",
        "404, RESOURCE_DOES_NOT_EXIST, Registered Model with name=m not found, true",
        "404, RESOURCE_DOES_NOT_EXIST, Registered Model Alias champion does not exist., true",
        "400, INVALID_PARAMETER_VALUE, Invalid alias name: 'champion'. Names may only contain x, false",
        "400, INVALID_PARAMETER_VALUE, Registered model alias other not found., false",
        "404, RESOURCE_DOES_NOT_EXIST, Workspace 'nope' not found, false",
        "404, ENDPOINT_NOT_FOUND, No API found for alias champion not found, false",
        "404, '', Registered model alias champion not found., false",
        "500, RESOURCE_DOES_NOT_EXIST, Registered model alias champion not found., false",
    })
    void anAliasIsOnlyAbsentInMlflowsOwnWords(int status, String code, String words, boolean absent) throws Exception {
        String json = "{\"error_code\":\"" + code + "\",\"message\":\"" + words + "\"}";
        try (StubServer stub = StubServer.answering(status, json)) {
            if (absent) {
                assertTrue(stub.server().versionByAlias("m", "champion").isEmpty());
            } else {
                assertThrows(TrackingException.class, () -> stub.server().versionByAlias("m", "champion"));
            }
        }
    }

    /** Only the deadline of the test ends what searches such a message by trying every combination. */
    @ParameterizedTest
    @CsvSource({"9000, true", "2000000, false"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLongMessageIsSearchedInOnePass(int length, boolean absent) throws Exception {
        String words = "alias champion ".repeat(length / 15);
        for (String end : List.of("", "not found")) {
            String json = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"" + words + end + "\"}";
            try (StubServer stub = StubServer.answering(404, json)) {
                if (absent && !end.isEmpty()) {
                    assertTrue(stub.server().versionByAlias("m", "champion").isEmpty());
                } else {
                    assertThrows(TrackingException.class, () -> stub.server().versionByAlias("m", "champion"));
                }
            }
        }
    }

    @Test
    void pagesThatAreKeptHaveALimitTogether() throws Exception {
        String pad = "x".repeat(18_000_000);
        AtomicInteger pages = new AtomicInteger();
        try (StubServer stub = new StubServer((request, out) -> StubServer.respond(
                out,
                200,
                "{\"files\":[],\"pad\":\"" + pad + "\",\"next_page_token\":\"" + pages.incrementAndGet() + "\"}"))) {
            TrackingException e = assertThrows(
                    TrackingException.class,
                    () -> stub.server(Credentials.none(), Duration.ofSeconds(60))
                            .artifacts("r", null));
            assertEquals(ErrorCategory.PROTOCOL, e.category());
            assertTrue(e.getMessage().contains("with more than 64 MiB in its pages"), e.getMessage());
            assertEquals(4, pages.get());
        }
    }

    @Test
    void aCacheIsAskedNotToRespondAndNotBelievedIfItDoes() throws Exception {
        String run = "{\"run\":{\"info\":{\"run_id\":\"r\",\"experiment_id\":\"1\"}}}";
        try (StubServer stub = StubServer.answering(200, run, "Age: 0")) {
            assertEquals("r", stub.server().run("r").id());
            assertEquals("no-cache", stub.request().header("Cache-Control"));
        }
        try (StubServer stub = StubServer.answering(200, run, "Age: 104400")) {
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().run("r"));
            assertEquals(ErrorCategory.PROTOCOL, e.category());
            assertTrue(e.getMessage().contains("A cache responded in place of MLflow (Age: 104400)"), e.getMessage());
        }
    }

    @Test
    void aModelIsOnlyAbsentInMlflowsOwnWords() throws Exception {
        String absent =
                "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"Registered Model with name=m not found\"}";
        try (StubServer stub = StubServer.answering(404, absent)) {
            assertFalse(stub.server().registeredModel("m").isPresent());
        }
        try (StubServer stub = StubServer.answering(404, absent.replace("Registered Model", "Workspace"))) {
            assertThrows(TrackingException.class, () -> stub.server().registeredModel("m"));
        }
        try (StubServer stub = answering("{'registered_model':{'name':'m'}}")) {
            assertTrue(stub.server().registeredModel("m").isPresent());
            assertThrows(TrackingException.class, () -> stub.server().registeredModel("M"));
        }
    }

    @Test
    void theVersionInAStageIsChecked() throws Exception {
        String json = "{'model_versions':[" + version("m", 7, "") + "," + version("m", 10, "") + "]}";
        try (StubServer stub = answering(json)) {
            assertEquals(
                    "10",
                    stub.server().versionInStage("m", "Staging").orElseThrow().version());
            assertEquals(
                    "{\"name\":\"m\",\"stages\":[\"Staging\"]}", stub.request().body());
        }
        protocol(answering(json), server -> server.versionInStage("m", "Production"));
        try (StubServer stub = answering("{}")) {
            assertTrue(stub.server().versionInStage("m", "Production").isEmpty());
        }
    }

    private static String page(String token, String... versions) {
        return "{'model_versions':[" + String.join(",", versions) + "]"
                + (token == null ? "" : ",'next_page_token':'" + token + "'") + "}";
    }

    /** Pages by token; the first has none. */
    private static StubServer paged(Map<String, String> pages) {
        return new StubServer((request, out) -> {
            String query = URI.create("http://x" + request.target()).getQuery();
            String token = query.contains("page_token=") ? query.replaceAll(".*page_token=", "") : "";
            StubServer.respond(out, 200, pages.get(token).replace('\'', '"'));
        });
    }

    @Test
    void oneOrderedPageIsEnoughForTheHighestVersion() throws Exception {
        try (StubServer stub = paged(Map.of("", page("more", version("m", 10, ""), version("m", 9, ""))))) {
            assertEquals(
                    "10",
                    stub.server()
                            .highestVersionOfRun("m", "r1", version -> true)
                            .orElseThrow()
                            .version());
            assertEquals(1, stub.requests().size());
            assertTrue(decodedTarget(stub.request())
                    .contains("filter=name = 'm' and run_id = 'r1'&order_by=version_number DESC"));
        }
    }

    @Test
    void aServerThatIgnoresTheOrderIsReadToTheEnd() throws Exception {
        Map<String, String> pages = Map.of(
                "", page("p2", version("m", 1, ""), version("M", 99, ""), version("m", 2, "")),
                "p2", page("p3"),
                "p3", page(null, version("m", 11, ""), version("m", 3, "")));
        try (StubServer stub = paged(pages)) {
            assertEquals("11", stub.server().highestVersion("m").orElseThrow().version());
            assertEquals(3, stub.requests().size());
        }
    }

    @Test
    void pagesThatNeverEndAreRefused() throws IOException {
        TrackingException repeated =
                protocol(paged(Map.of("", page("p2"), "p2", page("p2"))), server -> server.highestVersion("m"));
        assertTrue(repeated.getMessage().contains("page token again"), repeated.getMessage());
        int[] count = {0};
        StubServer endless = new StubServer(
                (request, out) -> StubServer.respond(out, 200, "{\"next_page_token\":\"p" + count[0]++ + "\"}"));
        protocol(endless, server -> server.highestVersion("m"));
    }

    @Test
    void noVersionIsEmptyAndOneOfAnotherRunIsRefused() throws Exception {
        try (StubServer stub = answering("{}")) {
            assertTrue(stub.server().highestVersion("m").isEmpty());
        }
        protocol(
                paged(Map.of("", page(null, version("m", 1, "")))),
                server -> server.highestVersionOfRun("m", "r2", version -> true));
        protocol(
                answering(page(null, version("m", 1, "").replace("'1'", "'one'"))),
                server -> server.highestVersion("m"));
    }

    @Test
    void quotesInNamesCannotChangeTheFilter() throws Exception {
        try (StubServer stub = answering("{}")) {
            stub.server().highestVersion("it's");
            assertTrue(decodedTarget(stub.request()).contains("filter=name = \"it's\"&"));
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().highestVersion("it's \"it\""));
            assertEquals(ErrorCategory.CONFIGURATION, e.category());
        }
    }

    @Test
    void writesSendWhatMlflowExpects() throws Exception {
        try (StubServer stub = answering("{'model_version':" + version("m", 7, "") + "}")) {
            RestTrackingServer server = stub.server();
            server.createVersion("m", "runs:/r1/model", "r1");
            server.setAlias("m", "champion", "7");
            server.transitionStage("m", "7", "Staging", false);
            assertEquals(
                    "{\"name\":\"m\",\"source\":\"runs:/r1/model\",\"run_id\":\"r1\"}",
                    stub.requests().get(0).body());
            assertEquals(
                    "{\"name\":\"m\",\"alias\":\"champion\",\"version\":\"7\"}",
                    stub.requests().get(1).body());
            assertEquals(
                    "{\"name\":\"m\",\"version\":\"7\",\"stage\":\"Staging\",\"archive_existing_versions\":false}",
                    stub.requests().get(2).body());
        }
    }

    @Test
    void allTagsAreSentEvenIfOneIsRefused() throws Exception {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("a", "1");
        tags.put("b", "2");
        tags.put("c", "3");
        try (StubServer stub = new StubServer((request, out) -> {
            Thread.sleep(300);
            StubServer.respond(out, request.body().contains("\"b\"") ? 403 : 200, "{}");
        })) {
            RestTrackingServer server = stub.server();
            long start = System.nanoTime();
            TrackingException e = assertThrows(TrackingException.class, () -> server.setVersionTags("m", "7", tags));
            assertEquals(ErrorCategory.FORBIDDEN, e.category());
            assertTrue(e.getMessage().contains("tag 'b'"), e.getMessage());
            assertEquals(3, stub.requests().size());
            assertEquals(3, server.requests());
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 800, "side by side");
        }
    }

    @Test
    void anUnusableWorkspaceOrTimeoutIsRefused() {
        for (String workspace : new String[] {"a b", "a\r\nX: y", "ü"}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> StubServer.server("http://x", Credentials.none(), workspace, Duration.ofSeconds(1)));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ZERO, null));
    }
}
