package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code mlflowRollback} makes of its arguments. */
class RollbackParametersTest {
    private static RollbackParameters with(String name, Object value) {
        Map<String, Object> arguments = new HashMap<>(Map.of("model", "churn-classifier"));
        arguments.put(name, value);
        return RollbackParameters.of(arguments);
    }

    @Test
    void aModelAloneIsEnough() {
        RollbackParameters parameters = RollbackParameters.of(Map.of("model", "churn-classifier"));

        assertNull(parameters.problem());
        assertEquals("churn-classifier", parameters.model());
        assertNull(parameters.alias());
        assertNull(parameters.from());
        assertNull(parameters.reason());
        assertEquals(Duration.ofMinutes(5), parameters.timeout());
    }

    @Test
    void aVersionMayBeANumberOrAString() {
        assertEquals("7", with("from", 7).from());
        assertEquals("7", with("from", "7").from());
        assertEquals(Duration.ofSeconds(90), with("timeout", "90s").timeout());
    }

    @ParameterizedTest
    @CsvSource({
        "alias, latest, reserved by MLflow",
        "alias, no spaces, is not an alias",
        "from, seven, it must be a version number",
        "from, '', it must be text that is not blank",
        "timeout, 5, has no unit",
        "server, ' ', it must be text that is not blank",
        "version, 7, unknown parameter `version`",
        "alais, champion, did you mean `alias`"
    })
    void whatIsUnknownOrInvalidIsNamed(String name, String value, String problem) {
        String found = with(name, value).problem();

        assertTrue(found != null && found.contains("`" + name + "`") && found.contains(problem), found);
    }

    @Test
    void nullIsNoName() {
        for (String name : List.of("model", "alias", "server", "from", "timeout")) {
            String found = with(name, null).problem();
            assertTrue(found != null && found.startsWith("parameter `" + name + "` is null"), found);
        }
        assertEquals(
                "parameter `model` is missing; it must be the name of a registered model",
                RollbackParameters.of(Map.of()).problem());
    }

    @Test
    void noReasonKeepsABadModelLive() {
        assertNull(with("reason", null).reason());
        assertNull(with("reason", " ").reason());
        assertEquals("42", with("reason", 42).reason());
        assertEquals(
                "java.io.IOException: 502",
                with("reason", new java.io.IOException("502")).reason());
        assertEquals("a b", with("reason", "a\nb").reason());
        String longest =
                with("reason", String.join("", Collections.nCopies(1_000, "x"))).reason();
        assertTrue(longest.length() <= 500, () -> longest.length() + " characters");
        for (Object reason : new Object[] {null, " ", 42, "a\nb"}) {
            assertNull(with("reason", reason).problem());
        }
    }
}
