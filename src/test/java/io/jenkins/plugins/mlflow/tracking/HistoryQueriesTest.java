package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The searches of the past: what is asked, and which pages are refused. */
@Timeout(30)
class HistoryQueriesTest {
    private static StubServer answering(String json) {
        return StubServer.answering(200, json.replace('\'', '"'), "Content-Type: application/json");
    }

    private static String run(String id, long start, String more) {
        return "{'info':{'run_id':'" + id + "','experiment_id':'3','status':'FINISHED','start_time':" + start
                + ",'lifecycle_stage':'active'" + more + "},'data':{'metrics':[{'key':'a','value':0.5}]}}";
    }

    private static void refused(ErrorCategory category, String json) throws Exception {
        try (StubServer stub = answering(json)) {
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().runs("3", null, 2, null));
            assertEquals(category, e.category(), e.getMessage());
        }
    }

    @Test
    void aPageOfRunsIsAskedForNewestFirst() throws Exception {
        try (StubServer stub =
                answering("{'runs':[" + run("a", 2, "") + "," + run("b", 1, "") + "],'next_page_token':'t2'}")) {
            Page<Run> page = stub.server().runs("3", " tags.x = 'y' ", 2, "t1");

            assertEquals(List.of("a", "b"), page.items().stream().map(Run::id).toList());
            assertEquals(0.5, page.items().get(0).metrics().get("a").value());
            assertEquals("t2", page.nextToken());
            String body = stub.request().body();
            assertTrue(body.contains("\"order_by\":[\"attributes.start_time DESC\"]"), body);
            assertTrue(body.contains("\"max_results\":2"), body);
            assertTrue(body.contains("\"page_token\":\"t1\""), body);
            assertTrue(body.contains("ACTIVE_ONLY"), body);
        }
    }

    @Test
    void pagesThatAreNotWhatWasAskedForAreRefused() throws Exception {
        refused(ErrorCategory.PROTOCOL, "{'runs':[],'next_page_token':'t'}");
        refused(ErrorCategory.PROTOCOL, "{'runs':[" + run("a", 1, "") + "," + run("b", 2, "") + "]}");
        refused(
                ErrorCategory.PROTOCOL,
                "{'runs':[" + run("a", 1, ",'lifecycle_stage':'deleted'").replace(",'lifecycle_stage':'active'", "")
                        + "]}");
        refused(ErrorCategory.PROTOCOL, "{'runs':[" + run("a", 1, "").replace("'3'", "'4'") + "]}");
    }

    @Test
    void runsAreFoundByTheirIdsDeletedOrNot() throws Exception {
        try (StubServer stub = answering("{'runs':[" + run("b", 1, "").replace("active", "deleted") + "]}")) {
            List<Run> runs = stub.server().runsById("3", List.of("a", "b"));

            assertTrue(runs.get(0).deleted());
            assertTrue(
                    stub.request().body().contains("attributes.run_id IN ('a', 'b')")
                            || stub.request()
                                    .body()
                                    .contains("attributes.run_id IN (\\u0027a\\u0027, \\u0027b\\u0027)"),
                    stub.request().body());
            assertThrows(TrackingException.class, () -> stub.server().runsById("3", List.of("a")));
        }
    }

    @Test
    void aPageOfVersionsLeavesOutModelsOfAnotherCase() throws Exception {
        try (StubServer stub = answering("{'model_versions':[{'name':'churn','version':'10','run_id':'a'},"
                + "{'name':'CHURN','version':'3'},{'name':'churn','version':'9'}]}")) {
            Page<ModelVersion> page = stub.server().versions("churn", 250, null);

            assertEquals(
                    List.of("10", "9"),
                    page.items().stream().map(ModelVersion::version).toList());
            assertNull(page.nextToken());
            String target = URLDecoder.decode(stub.request().target(), StandardCharsets.UTF_8);
            assertTrue(target.contains("filter=name = 'churn'&order_by=version_number DESC&max_results=250"), target);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'model_versions':[{'name':'churn','version':'v9'}]}", "{'next_page_token':'t'}"})
    void versionsThatCannotBeAreRefused(String json) throws Exception {
        try (StubServer stub = answering(json)) {
            assertThrows(TrackingException.class, () -> stub.server().versions("churn", 250, null));
        }
    }
}
