package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Answers about logged models that real servers do not give, and the requests that lead to them. */
class LoggedModelQueriesTest {
    private static final String MODEL = "{\"model\":{\"info\":{\"model_id\":\"m-1\",\"status\":\"LOGGED_MODEL_READY\","
            + "\"source_run_id\":\"\"},\"data\":{\"metrics\":[%s]}}}";

    private interface Question<T> {
        T ask(RestTrackingServer server) throws Exception;
    }

    private static <T> T answering(String json, Question<T> question) throws Exception {
        try (StubServer stub = StubServer.answering(200, json, "Content-Type: application/json")) {
            return question.ask(stub.server());
        }
    }

    private static void refused(String json, Question<?> question) {
        TrackingException refusal = assertThrows(TrackingException.class, () -> answering(json, question));
        assertEquals(ErrorCategory.PROTOCOL, refusal.category(), refusal.getMessage());
    }

    @Test
    void whatIsAbsentIsNullAndWhatIsUnknownIsPending() throws Exception {
        LoggedModel model = answering(
                MODEL.formatted("{\"key\":\"a\",\"value\":\"NaN\",\"timestamp\":\"7\",\"step\":2,\"news\":[1]}"),
                server -> server.loggedModel("m-1"));
        assertNull(model.sourceRunId());
        assertEquals(LoggedModel.Status.READY, model.status());
        assertEquals(
                new LoggedModel.Entry("a", new Run.Metric(Double.NaN, 7, 2), null, null, null),
                model.metrics().get(0));
        assertEquals(
                LoggedModel.Status.PENDING,
                answering(MODEL.formatted("").replace("READY", "NEW"), server -> server.loggedModel("m-1"))
                        .status());
    }

    @Test
    void anAnswerAboutSomethingElseIsRefused() {
        refused("{}", server -> server.loggedModel("m-1"));
        refused(MODEL.formatted(""), server -> server.loggedModel("m-2"));
        refused(MODEL.formatted("{\"key\":\"a\"}"), server -> server.loggedModel("m-1"));
        refused(
                MODEL.formatted("{\"key\":\"a\",\"value\":1,\"model_id\":\"m-2\"}"),
                server -> server.loggedModel("m-1"));
        String ofAnother = "{\"models\":[{\"info\":{\"model_id\":\"m-1\",\"source_run_id\":\"r8\"}}]}";
        refused(ofAnother, server -> server.loggedModels("3", "r7"));
        refused(
                ofAnother.replace("r8", "r7").replace("]}", "],\"next_page_token\":\"t\"}"),
                server -> server.loggedModels("3", "r7"));
    }

    @Test
    void anIdThatWouldLeadElsewhereIsNeverSent() {
        for (String id : Set.of("m-1/../x", "m-", "x", "m-1?a=b")) {
            TrackingException refusal =
                    assertThrows(TrackingException.class, () -> answering("{}", server -> server.loggedModel(id)));
            assertEquals(ErrorCategory.CONFIGURATION, refusal.category());
        }
    }

    @Test
    void aRunTellsTheModelsThatItMadeAndEvaluated() throws Exception {
        String run = "{\"run\":{\"info\":{\"run_id\":\"r1\"},\"inputs\":{\"model_inputs\":[{\"model_id\":\"m-1\"}]},"
                + "\"outputs\":{\"model_outputs\":[{\"model_id\":\"m-2\",\"step\":0},{\"model_id\":\"m-1\"}]}}}";
        assertEquals(
                Set.of("m-1", "m-2"), answering(run, server -> server.run("r1")).loggedModels());
        refused(run.replace("m-2", "../2"), server -> server.run("r1"));
    }

    @Test
    void aSourceLeadsToALoggedModelOnlyInItsOwnForm() {
        assertEquals("m-1", LoggedModel.idIn("models:/m-1"));
        for (String other :
                new String[] {null, "models:/churn/7", "models:/m-1/7", "runs:/m-1/model", "models:/churn@m-1"}) {
            assertNull(LoggedModel.idIn(other), other);
        }
        assertTrue(LoggedModel.isId("m-1"));
    }
}
