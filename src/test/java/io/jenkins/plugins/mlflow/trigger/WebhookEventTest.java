package io.jenkins.plugins.mlflow.trigger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookEventTest {
    private static Optional<VersionEvent> parse(String body) {
        return WebhookEvent.parse(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String event(String entity, String action, String data) {
        return "{'entity': '" + entity + "', 'action': '" + action
                + "', 'timestamp': '2026-11-19T00:00:00+00:00', 'data': " + data + "}";
    }

    @Test
    void theEventsOfAVersionAreRead() {
        assertEquals(
                VersionEvent.created("churn", "7"),
                parse(event(
                                "model_version",
                                "created",
                                "{'name': 'churn', 'version': '7', 'source': 's', 'run_id': null, 'tags': {}}"))
                        .orElseThrow());
        assertEquals(
                VersionEvent.alias("churn", "7", "challenger"),
                parse(event(
                                "model_version_alias",
                                "created",
                                "{'name': 'churn', 'alias': 'challenger', 'version': '7'}"))
                        .orElseThrow());
        assertEquals(
                VersionEvent.tag("churn é", "7", "validation", "requested"),
                parse(event(
                                "model_version_tag",
                                "set",
                                "{'name': 'churn é', 'version': '7', 'key': 'validation', 'value': 'requested'}"))
                        .orElseThrow());
        assertEquals(
                VersionEvent.tag("churn", "7", "done", ""),
                parse(event(
                                "model_version_tag",
                                "set",
                                "{'name': 'churn', 'version': '7', 'key': 'done', 'value': ''}"))
                        .orElseThrow());
    }

    @Test
    void deletionsAreRead() {
        assertEquals(
                VersionEvent.aliasDeleted("churn", "challenger"),
                parse(event("model_version_alias", "deleted", "{'name': 'churn', 'alias': 'challenger'}"))
                        .orElseThrow());
        assertEquals(
                VersionEvent.tag("churn", "7", "validation", ""),
                parse(event("model_version_tag", "deleted", "{'name': 'churn', 'version': '7', 'key': 'validation'}"))
                        .orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registered_model created",
                "prompt created",
                "prompt_version created",
                "budget_policy exceeded",
                "something new"
            })
    void otherEventsAreEventsAndConcernNoVersion(String kind) {
        assertFalse(parse(event(kind.split(" ")[0], kind.split(" ")[1], "{'name': 'churn'}"))
                .isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "7",
                "[]",
                "{}",
                "{'entity': 'model_version'}",
                "{'entity': 7, 'action': 'created', 'data': {}}",
                "{'entity': 'model_version', 'action': 'created'}",
                "{'entity': 'model_version', 'action': 'created', 'data': []}",
                "{'entity': 'model_version', 'action': 'created', 'data': {}}",
                "{'entity': 'model_version', 'action': 'created', 'data': {'name': 'churn'}}",
                "{'entity': 'model_version', 'action': 'created', 'data': {'name': '', 'version': '7'}}",
                "{'entity': 'model_version', 'action': 'created', 'data': {'name': 'churn', 'version': 'seven'}}",
                "{'entity': 'model_version', 'action': 'created', 'data': {'name': 'churn', 'version': '../7'}}",
                "{'entity': 'model_version_alias', 'action': 'created', 'data': {'name': 'churn', 'version': '7'}}",
                "{'entity': 'model_version_tag', 'action': 'set', 'data': {'name': 'churn', 'version': '7', 'value': 'x'}}",
                "{'entity': 'model_version', 'action': 'created', 'data': {'name': 'churn', 'version': '7'}} {}",
                "{'entity': 'model_version', 'entity': 'prompt', 'action': 'created', 'data': {'name': 'churn', 'version': '7'}}",
                "{'entity': '<script>', 'action': 'created', 'data': {}}"
            })
    void whatIsNoEventIsRefused(String body) {
        assertThrows(IllegalArgumentException.class, () -> parse(body));
    }

    @Test
    void bytesThatAreNoTextAndDeepNestingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> WebhookEvent.parse(new byte[] {'{', (byte) 0xff, '}'}));
        assertThrows(IllegalArgumentException.class, () -> parse("[".repeat(500_000)));
        assertThrows(
                IllegalArgumentException.class,
                () -> parse(
                        event("model_version", "created", "{'name': '" + "n".repeat(200_000) + "', 'version': '7'}")));
    }
}
