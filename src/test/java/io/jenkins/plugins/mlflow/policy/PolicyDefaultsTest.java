package io.jenkins.plugins.mlflow.policy;

import static io.jenkins.plugins.mlflow.policy.PolicySamples.file;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model says replaces what the defaults say, also where it says it by other keys. */
class PolicyDefaultsTest {
    private static String yaml(String defaults, String model) {
        return "version: 1\ndefaults:\n" + defaults.strip().indent(2) + "models:\n  m:\n"
                + model.strip().indent(4);
    }

    private static GatePolicy policy(String defaults, String model) throws PolicyException {
        return PolicyReader.resolve(file(yaml(defaults, model)), "m", PolicyOverrides.NONE);
    }

    private static MetricTarget target(String ofDefaults, String ofModel) throws PolicyException {
        return policy("metrics: {a: {min: 1, " + ofDefaults + "}}", "metrics: {a: {" + ofModel + "}}")
                .rules()
                .get(0)
                .target();
    }

    @Test
    void anotherKindOfValueReplacesTheDefaults() throws Exception {
        assertEquals(
                new ValueChoice(ValueChoice.Kind.STEP, 7),
                target("value: {mean_last: 5}", "value: {step: 7}").value());
        assertEquals(
                ValueChoice.LAST, target("value: {mean_last: 5}", "value: last").value());
        assertEquals(
                new ValueChoice(ValueChoice.Kind.MEAN_LAST, 2),
                target("value: {mean_last: 5}", "value: {mean_last: 2}").value());
    }

    @Test
    void anotherKindOfEvidenceReplacesTheDefaultsButNotItsConfidence() throws Exception {
        EvidenceSource error = target("evidence: {samples: n, confidence: 0.9}", "evidence: {std_error: se}")
                .evidence();
        assertEquals(new EvidenceSource(EvidenceSource.Kind.STD_ERROR, "se", null, 0.9), error);

        EvidenceSource interval = target("evidence: {samples: n}", "evidence: {lower: lo, upper: hi}")
                .evidence();
        assertEquals(new EvidenceSource(EvidenceSource.Kind.INTERVAL, "lo", "hi", 0.95), interval);

        EvidenceSource samples = target("evidence: {lower: lo, upper: hi}", "evidence: {samples: n}")
                .evidence();
        assertEquals(new EvidenceSource(EvidenceSource.Kind.SAMPLES, "n", null, 0.95), samples);

        EvidenceSource half = target("evidence: {lower: lo, upper: hi}", "evidence: {upper: other}")
                .evidence();
        assertEquals(new EvidenceSource(EvidenceSource.Kind.INTERVAL, "lo", "other", 0.95), half);
    }

    @Test
    void anotherKindOfBaselineOrCandidateReplacesTheDefaults() throws Exception {
        BaselinePolicy baseline = policy(
                        "baseline: {alias: champion, when_missing: rubber_stamp}",
                        "metrics: {a: 1}\nbaseline: {stage: Production}")
                .baseline();
        assertEquals(new BaselinePolicy(null, "Production", true, BaselinePolicy.SameDataset.WARN), baseline);

        CandidateSelection candidate = policy(
                        "candidate: {experiment: e, filter: f, nested: include, max_age: 1d}",
                        "metrics: {a: 1}\ncandidate: {alias: challenger}")
                .candidate();
        assertEquals("challenger", candidate.alias());
        assertNull(candidate.experiment());
        assertNull(candidate.filter());
        assertEquals(Durations.parse("1d"), candidate.maxAge());

        assertNull(policy("candidate: {alias: challenger}", "metrics: {a: 1}\ncandidate: {experiment: e}")
                .candidate()
                .alias());
    }

    /** A metric may be called like a part of a policy. */
    @Test
    void theNamesOfMetricsAreNoKinds() throws Exception {
        assertEquals(
                2,
                policy(
                                "metrics: {evidence: {min: 1}, value: {max_drop: 1}}",
                                "metrics: {evidence: {max: 2}, value: 1}\nbaseline: c")
                        .rules()
                        .stream()
                        .filter(rule -> rule.metric().equals("evidence"))
                        .count());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics: {a: {min: 1, evidence: {samples: n}}}|metrics: {a: {value: max}}"
                        + "|evidence is about the last value; remove `value` or `evidence` (`evidence` is from `defaults`)",
                "metrics: {a: {min: 1, value: max}}|metrics: {a: {evidence: {samples: n}}}"
                        + "|evidence is about the last value; remove `value` or `evidence` (`value` is from `defaults`)",
                "metrics: {a: {max: 1}}|metrics: {a: {min: 2}}"
                        + "|`max` 1 is less than `min` 2, so no value can pass; correct one of them (`max` is from `defaults`)",
                "promote: {alias: c, approval: always, approvers: [x]}|metrics: {a: 1}, promote: {approval: never}"
                        + "|add for example `approval: always`, or remove this (`approvers` is from `defaults`)",
                "candidate: {order_by: metrics.a DESC}|metrics: {a: 1}, candidate: {experiment: e}"
                        + "|add that or remove this (`order_by` is from `defaults`)"
            })
    void anErrorSaysWhichHalfIsFromTheDefaults(String defaults, String model, String end) {
        String message = assertThrows(PolicyException.class, () -> policy(defaults, model.replace("}, ", "}\n")))
                .getMessage();

        assertTrue(message.endsWith(end), message);
    }

    @Test
    void anErrorWithinOnePlaceDoesNotSpeakOfDefaults() {
        assertTrue(assertThrows(
                        PolicyException.class, () -> policy("wait: {settle: 1s}", "metrics: {a: {min: 2, max: 1}}"))
                .getMessage()
                .endsWith("correct one of them"));
    }
}
