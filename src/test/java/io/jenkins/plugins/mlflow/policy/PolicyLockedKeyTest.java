package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key {@code locked}, which only the stored policy may have. */
class PolicyLockedKeyTest {
    private static PolicyDocument stored(String yaml) throws PolicyException {
        return PolicyDocument.readStored("stored policy", yaml);
    }

    @Test
    void aModelIsLockedByItselfOrByTheDefaultsAndMayBeExempted() throws Exception {
        PolicyDocument own = stored("version: 1\nmodels: {m: {locked: true, metrics: {a: 1}}, n: {metrics: {a: 1}}}");
        assertTrue(own.isLocked("m"));
        assertFalse(own.isLocked("n"));
        assertFalse(own.isLocked("absent"));

        PolicyDocument all = stored(
                "version: 1\ndefaults: {locked: true}\nmodels: {m: {metrics: {a: 1}}, n: {locked: false, metrics: {a: 1}}}");
        assertTrue(all.isLocked("m"));
        assertFalse(all.isLocked("n"));
    }

    @Test
    void theLockIsNoPartOfThePolicy() throws Exception {
        GatePolicy locked = PolicyReader.resolve(
                stored("version: 1\nmodels: {m: {locked: true, metrics: {a: 1}}}"), "m", PolicyOverrides.NONE);

        assertEquals(CanonicalPolicy.sha256(PolicySamples.policy("metrics: {a: 1}")), CanonicalPolicy.sha256(locked));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version: 1\nmodels:\n  m:\n    locked: true\n    metrics: {a: 1}",
                "version: 1\nmodels:\n  m:\n    locked: false\n    metrics: {a: 1}",
                "version: 1\nmodels:\n  m:\n    locked: maybe\n    metrics: {a: 1}",
            })
    void aFileCannotLock(String yaml) {
        PolicyException refused = assertThrows(PolicyException.class, () -> PolicySamples.file(yaml));

        assertEquals(
                "eval_gate.yaml:4:5: `models.m.locked`: only the stored policy can be locked, by the administrator in the"
                        + " global configuration of Jenkins; remove this key",
                refused.getMessage());
    }

    @Test
    void theDefaultsOfAFileCannotLockEither() {
        PolicyException refused = assertThrows(
                PolicyException.class,
                () -> PolicyDocument.read(
                        "f",
                        "version: 1\ndefaults: {locked: true}\nmodels: {m: {metrics: {a: 1}}, n: {metrics: {a: 1}}}",
                        "m"));

        assertEquals(1, refused.problems().size(), refused.getMessage());
        assertTrue(
                refused.getMessage().startsWith("f:2:12: `defaults.locked`: only the stored policy"),
                refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'true'", "yes", "", "1", "[true]", "{}"})
    void inTheStoredPolicyItIsTrueOrFalse(String value) {
        PolicyException refused = assertThrows(
                PolicyException.class,
                () -> stored("version: 1\nmodels:\n  m:\n    locked: " + value + "\n    metrics: {a: 1}"));

        assertTrue(refused.getMessage().contains("`models.m.locked`: found "), refused.getMessage());
        assertTrue(refused.getMessage().contains("write true or false"), refused.getMessage());
    }
}
