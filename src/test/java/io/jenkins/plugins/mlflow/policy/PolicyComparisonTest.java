package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The truth table of what counts as loosening, and of what a locked policy forbids. */
class PolicyComparisonTest {
    private static final String B = "baseline: champion\n";

    private static Arguments row(String before, String after, String... sentences) {
        return Arguments.of(before, after, List.of(sentences));
    }

    static Stream<Arguments> metrics() {
        return Stream.of(
                row("a: 0.92", "a: 0.92"),
                row("a: 0.92", "a: {min: 0.920}"),
                row("a: 0.92", "a: '>= 9.2e-1'"),
                row("a: 100", "a: 1e2"),
                row("a: 0.92", "a: 0.9", "a min 0.92 was lowered to 0.9"),
                row("a: 0.92", "a: 0.93"),
                row("a: 0.92", "{a: 0.92, b: 1}"),
                row("{a: 0.92, b: 1}", "a: 0.92", "b min 1 was removed"),
                row("a: 0.92", "b: 0.92", "a min 0.92 was removed"),
                row("a: 0.92", "A: 0.92", "a min 0.92 was removed"),
                row("a: -0.5", "a: -0.6", "a min -0.5 was lowered to -0.6"),
                row("a: '<= 0.35'", "a: '<= 0.4'", "a max 0.35 was raised to 0.4"),
                row("a: '<= 0.35'", "a: '<= 0.3'"),
                row("a: '<= 0.35'", "a: 0.35", "a max 0.35 was removed"),
                row(
                        "a: {min: 1, max: 2}",
                        "a: {min: 0, max: 3}",
                        "a min 1 was lowered to 0",
                        "a max 2 was raised to 3"),
                row("a: {min: 1, max: 2}", "a: {min: 1}", "a max 2 was removed"),
                row("a: {min: 1, max_drop: 0.005}", "a: {min: 1}", "a max_drop 0.005 was removed"),
                row(
                        "a: {min: 1, max_drop: 0.005}",
                        "a: {min: 1, max_drop: 0.01}",
                        "a max_drop 0.005 was raised to 0.01"),
                row("a: {min: 1, max_drop: 0.005}", "a: {min: 1, max_drop: 0}"),
                row("a: {min: 1, max_drop: 0.0050}", "a: {min: 1, max_drop: 5e-3}"),
                row(
                        "a: {min: 1, max_relative_drop: 0.1}",
                        "a: {min: 1, max_relative_drop: 0.2}",
                        "a max_relative_drop 0.1 was raised to 0.2"),
                row(
                        "a: {min: 1, min_absolute_change: 0.1}",
                        "a: {min: 1, min_absolute_change: 0}",
                        "a min_absolute_change 0.1 was lowered to 0"),
                row("a: {min: 1, min_absolute_change: 0.1}", "a: {min: 1, min_absolute_change: 0.2}"),
                row(
                        "a: {min: 1, min_relative_change: 0.1}",
                        "a: {min: 1, min_relative_change: 0.05}",
                        "a min_relative_change 0.1 was lowered to 0.05"),
                // The kind counts, even where the other kind is stricter.
                row("a: {min: 1, max_drop: 0.1}", "a: {min: 1, min_absolute_change: 0}", "a max_drop 0.1 was removed"),
                row("a: 1", "a: {min: 1, max_drop: 0.1}"),
                row(
                        "a: {greater_is_better: true, max_drop: 0.1}",
                        "a: {greater_is_better: false, max_drop: 0.1}",
                        "greater_is_better of a was changed from true to false"),
                row(
                        "a: {min: 1, max_drop: 0.1, max_relative_drop: 0.1}",
                        "a: {min: 1, max_drop: 0.1, max_relative_drop: 0.1, greater_is_better: false}",
                        "greater_is_better of a was changed from true to false"),
                row("a: {min: 1, max_drop: 0.1}", "a: {greater_is_better: true, min: 1, max_drop: 0.1}"),
                row("a: {min: 1, greater_is_better: true}", "a: {min: 1, greater_is_better: false}"),
                row(
                        "a: 1",
                        "a: {min: 1, criticality: unstable}",
                        "criticality of a was lowered from failure to unstable"),
                row("a: 1", "a: {min: 1, criticality: note}", "criticality of a was lowered from failure to note"),
                row(
                        "a: {min: 1, criticality: unstable}",
                        "a: {min: 1, criticality: note}",
                        "criticality of a was lowered from unstable to note"),
                row("a: {min: 1, criticality: unstable}", "a: 1"),
                row(
                        "a: {min: 1, max: 2}",
                        "a: {min: 1, max: 2, criticality: note}",
                        "criticality of a was lowered from failure to note"),
                row("a: 1", "a: {min: 1, value: max}", "value of a was changed from last to max"),
                row(
                        "a: {min: 1, value: {mean_last: 5}}",
                        "a: {min: 1, value: {mean_last: 2}}",
                        "value of a was changed from {mean_last: 5} to {mean_last: 2}"),
                row("a: {min: 1, value: last}", "a: 1"),
                row("a: {min: 1, dataset: holdout}", "a: 1", "dataset of a holdout was removed"),
                row("a: 1", "a: {min: 1, dataset: holdout}", "dataset of a holdout was added"),
                row(
                        "a: {min: 1, dataset: holdout}",
                        "a: {min: 2, dataset: train}",
                        "dataset of a was changed from holdout to train"),
                row("'a/*': 1", "'a/*': 1"),
                row("'a/*': 1", "'a/b': 1", "a/* min 1 was removed"),
                row(
                        "'a/*': {min: 1, at_least: 3}",
                        "'a/*': {min: 1, at_least: 2}",
                        "at_least of a/* was lowered from 3 to 2"),
                row("'a/*': {min: 1, at_least: 3}", "'a/*': {min: 1, at_least: 4}"),
                row(
                        "'a/*': {min: 1, worst_gap: 0.05}",
                        "'a/*': {min: 1, worst_gap: 0.1}",
                        "a/* worst_gap 0.05 was raised to 0.1"),
                row("'a/*': {min: 1, worst_gap: 0.05}", "'a/*': {min: 1, worst_gap: 0.01, greater_is_better: true}"),
                row("'a/*': {min: 1, worst_gap: 0.05}", "'a/*': {min: 1}", "a/* worst_gap 0.05 was removed"),
                row(
                        "'a/*': 1",
                        "'a/*': {min: 1, allow_lost_slices: true}",
                        "allow_lost_slices of a/* was loosened from false to true"),
                row("'a/*': {min: 1, allow_lost_slices: true}", "'a/*': 1"),
                row("a: {min: 1, max: 2, evidence: {samples: n}}", "a: {min: 1, max: 2}", "evidence of a was removed"),
                row("a: 1", "a: {min: 1, evidence: {samples: n}}"),
                row(
                        "a: {min: 1, evidence: {samples: n}}",
                        "a: {min: 1, evidence: {samples: m}}",
                        "evidence of a was changed to other metrics"),
                row(
                        "a: {min: 1, evidence: {samples: n}}",
                        "a: {min: 1, evidence: {std_error: n}}",
                        "evidence of a was changed to other metrics"),
                row(
                        "a: {min: 1, evidence: {lower: l, upper: u}}",
                        "a: {min: 1, evidence: {lower: l, upper: v}}",
                        "evidence of a was changed to other metrics"),
                row(
                        "a: {min: 1, evidence: {samples: n}}",
                        "a: {min: 1, evidence: {samples: n, confidence: 0.9}}",
                        "evidence confidence of a was lowered from 0.95 to 0.9"),
                row("a: {min: 1, evidence: {samples: n}}", "a: {min: 1, evidence: {samples: n, confidence: 0.99}}"),
                row(
                        "a: 1",
                        "a: {min: 0.5, criticality: note}",
                        "a min 1 was lowered to 0.5",
                        "criticality of a was lowered from failure to note"));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void rulesThatWereLoosenedOrRemovedAreNamed(String before, String after, List<String> sentences) throws Exception {
        assertEquals(sentences, loosened(B + metrics(before), B + metrics(after)));
        assertEquals(List.of(), loosened(B + metrics(before), B + metrics(before)));
    }

    private static String metrics(String metrics) {
        return "metrics: " + (metrics.startsWith("{") ? metrics : "{" + metrics + "}") + "\n";
    }

    static Stream<Arguments> parts() {
        return Stream.of(
                row("", B),
                row(B, "", "baseline was removed"),
                row(B, "baseline: challenger", "baseline alias was changed from champion to challenger"),
                row(B, "baseline: {alias: champion, when_missing: fail}"),
                row(
                        B,
                        "baseline: {alias: champion, when_missing: rubber_stamp}",
                        "baseline when_missing was loosened from fail to rubber_stamp"),
                row("baseline: {alias: champion, when_missing: rubber_stamp}", B),
                row(
                        "baseline: {alias: champion, same_dataset: required}",
                        B,
                        "baseline same_dataset was loosened from required to warn"),
                row(
                        B,
                        "baseline: {alias: champion, same_dataset: ignore}",
                        "baseline same_dataset was loosened from warn to ignore"),
                row(B, "baseline: {alias: champion, same_dataset: required}"),
                row("candidate: {max_age: 24h}", "", "candidate max_age 1d was removed"),
                row("candidate: {max_age: 24h}", "candidate: {max_age: 1d}"),
                row("candidate: {max_age: 24h}", "candidate: {max_age: 48h}", "candidate max_age 1d was raised to 2d"),
                row("candidate: {max_age: 24h}", "candidate: {max_age: 1h}"),
                row("", "candidate: {max_age: 24h}"),
                row("", "wait: {settle: 0s}", "wait settle 5s was shortened to 0s"),
                row("", "wait: {settle: 5000ms}"),
                row("wait: {settle: 0s}", ""),
                row("wait: {timeout: 1h}", "wait: {timeout: 1s}"),
                row("wait: {timeout: 1s}", "wait: {timeout: 1h}"),
                row("promote: champion", "promote: challenger"),
                row(
                        "promote: {alias: c, approval: always}",
                        "promote: {alias: c, approval: {first: 3}}",
                        "promote approval was loosened from always to {first: 3}"),
                row(
                        "promote: {alias: c, approval: {first: 3}}",
                        "promote: {alias: c, approval: first}",
                        "promote approval was loosened from {first: 3} to first"),
                row(
                        "promote: {alias: c, approval: first}",
                        "promote: c",
                        "promote approval was loosened from first to never"),
                row("promote: {alias: c, approval: first}", "promote: {alias: c, approval: {first: 1}}"),
                row("promote: {alias: c, approval: {first: 3}}", "promote: {alias: c, approval: always}"),
                row("promote: c", "promote: {alias: c, approval: always}"),
                row("promote: {alias: c, approval: always}", "promote: false"),
                row(
                        "promote: {alias: c, approval: always}",
                        "promote: {alias: c, approval: always, approval_timeout: 365d}"),
                row(
                        "baseline: {stage: Production}",
                        "baseline: {stage: Staging}",
                        "baseline was changed from stage Production to stage Staging"),
                row(
                        "baseline: {stage: Production}",
                        B,
                        "baseline was changed from stage Production to alias 'champion'"),
                row(
                        B,
                        "baseline: {stage: Production}",
                        "baseline was changed from alias 'champion' to stage Production"),
                row(
                        "candidate: {experiment: e}",
                        "candidate: {experiment: e, nested: include}",
                        "candidate nested was loosened from ignore to include"),
                row("candidate: {experiment: e, nested: include}", "candidate: {experiment: e, nested: ignore}"),
                row(
                        "candidate: {experiment: e}",
                        "candidate: {experiment: e, select: best, order_by: metrics.acc DESC}",
                        "candidate select was changed from latest to best by metrics.acc DESC"),
                row(
                        "candidate: {experiment: e, select: best, order_by: metrics.loss ASC}",
                        "candidate: {experiment: e, select: best, order_by: metrics.acc DESC}",
                        "candidate order_by was changed from metrics.loss ASC to metrics.acc DESC"),
                row(
                        "candidate: {experiment: e, select: best, order_by: metrics.acc DESC}",
                        "candidate: {experiment: e, select: best, order_by: metrics.acc ASC}",
                        "candidate order_by was changed from metrics.acc DESC to metrics.acc ASC"),
                row(
                        "candidate: {experiment: e, select: best, order_by: metrics.acc DESC}",
                        "candidate: {experiment: e, select: best, order_by: metrics.acc desc}"),
                row(
                        "candidate: {experiment: e, select: best, order_by: metrics.acc DESC}",
                        "candidate: {experiment: e}"),
                row(
                        "",
                        "candidate: {evaluation_run: true}",
                        "candidate evaluation_run was loosened from false to true"),
                row("candidate: {evaluation_run: true}", ""),
                row(
                        "promote: {alias: c, approval: first, approvers: [a, b]}",
                        "promote: {alias: c, approval: first, approvers: [b]}"),
                row(
                        "promote: {alias: c, approval: first, approvers: [a, b]}",
                        "promote: {alias: c, approval: first, approvers: [b, a]}"),
                row(
                        "promote: {alias: c, approval: first, approvers: [a, b]}",
                        "promote: {alias: c, approval: first, approvers: [b, c, d]}",
                        "promote approvers were widened by c, d"),
                row(
                        "promote: {alias: c, approval: first, approvers: [a, b]}",
                        "promote: {alias: c, approval: first}",
                        "promote approvers a, b were removed"),
                row("promote: {alias: c, approval: first}", "promote: {alias: c, approval: first, approvers: [a]}"),
                row("promote: {alias: c, approval: first, approvers: [a]}", "promote: false"),
                row("candidate: {experiment: e}", ""));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void otherPartsThatWereLoosenedAreNamed(String before, String after, List<String> sentences) throws Exception {
        assertEquals(sentences, loosened("metrics: {a: 1}\n" + before, "metrics: {a: 1}\n" + after));
    }

    @Test
    void everythingIsNamedInTheOrderOfTheFirstPolicy() throws Exception {
        assertEquals(
                List.of(
                        "recall max_drop 0.005 was removed",
                        "accuracy min 0.92 was lowered to 0.9",
                        "criticality of accuracy was lowered from failure to unstable",
                        "baseline was removed"),
                loosened(
                        B + "metrics: {recall: {min: 0.8, max_drop: 0.005}, accuracy: 0.92}",
                        "metrics: {new: 1, accuracy: {min: 0.9, criticality: unstable}, recall: 0.8}"));
    }

    static Stream<Arguments> locks() {
        String promote = "promote: {alias: champion, stage: Production}";
        return Stream.of(
                row(promote, promote),
                row(promote, "promote: false"),
                row(promote, ""),
                row(promote, "promote: champion"),
                row(promote, "promote: {stage: Production}"),
                row(promote, "promote: {alias: champion, stage: Production, timeout: 5m}"),
                row(
                        "promote: {alias: champion, approval: first}",
                        "promote: champion",
                        "promote approval was loosened from first to never"),
                row("promote: {alias: champion, approval: first}", "promote: false"),
                row("promote: champion", "promote: {alias: champion, approval: always}"),
                row(promote, "promote: challenger", "promote alias was changed from champion to challenger"),
                row(promote, "promote: {stage: Staging}", "promote stage was changed from Production to Staging"),
                row(
                        promote,
                        "promote: {stage: Production, archive_existing: false}",
                        "promote archive_existing was changed from true to false"),
                row(
                        promote,
                        "promote: {alias: champion, artifact_path: other}",
                        "promote artifact_path was changed from model to other"),
                row("promote: champion", promote, "promote stage Production was added"),
                row("", "promote: champion", "promote was added, but the locked policy promotes nothing"),
                row("candidate: {experiment: e}", "candidate: {experiment: e, filter: f}"),
                row(
                        "candidate: {experiment: e}",
                        "candidate: {experiment: x}",
                        "candidate experiment was changed from e to x"),
                row(
                        "candidate: {experiment: e, filter: f}",
                        "",
                        "candidate experiment e was removed",
                        "candidate filter f was removed"),
                row(
                        "candidate: {experiment: e, filter: f}",
                        "candidate: {experiment: e, filter: g}",
                        "candidate filter was changed from f to g"),
                row("", "candidate: {experiment: e}"),
                row(
                        "candidate: {experiment: e, filter: f}",
                        "candidate: {experiment: e, filter: f, select: best, order_by: metrics.acc DESC}",
                        "candidate select was changed from latest to best by metrics.acc DESC"),
                row(
                        "candidate: {experiment: e}",
                        "candidate: {experiment: e, nested: include}",
                        "candidate nested was loosened from ignore to include"),
                row(
                        "baseline: {stage: Production}",
                        "baseline: champion",
                        "baseline was changed from stage Production to alias 'champion'"),
                row(
                        "",
                        "candidate: {evaluation_run: true}",
                        "candidate evaluation_run was loosened from false to true"),
                row("", "candidate: {alias: challenger}"),
                row("candidate: {alias: challenger}", "candidate: {alias: challenger, max_age: 1d}"),
                row(
                        "candidate: {alias: challenger}",
                        "candidate: {alias: other}",
                        "candidate alias was changed from challenger to other"),
                row("candidate: {alias: challenger}", "", "candidate alias challenger was removed"),
                row(
                        "candidate: {alias: challenger}",
                        "candidate: {stage: Staging}",
                        "candidate alias challenger was removed"),
                row(
                        "candidate: {stage: Staging}",
                        "candidate: {stage: Production}",
                        "candidate stage was changed from Staging to Production"),
                row(
                        "candidate: {experiment: e}",
                        "candidate: {alias: challenger}",
                        "candidate experiment e was removed"),
                row("promote: champion", "promote: {alias: champion, artifact_path: model}"),
                row(
                        "promote: champion",
                        "promote: {alias: champion, artifact_path: other}",
                        "promote artifact_path was changed from model to other"),
                row(
                        "promote: {alias: champion, artifact_path: model}",
                        "promote: champion",
                        "promote artifact_path model was removed"),
                row(
                        "promote: {alias: champion, artifact_path: other}",
                        "promote: champion",
                        "promote artifact_path was changed from other to model"),
                row("metrics: {b: 2}", "", "b min 2 was removed"));
    }

    @ParameterizedTest
    @MethodSource("locks")
    void aLockAlsoKeepsTheSelectionAndTheTargetOfThePromotion(String locked, String wanted, List<String> violations)
            throws Exception {
        String a = "metrics: {a: 1}\n";
        PolicyLock lock = new PolicyLock(policy(locked.startsWith("metrics") ? "metrics: {a: 1, b: 2}" : a + locked));

        assertEquals(violations, lock.violations(policy(a + wanted)));
    }

    @Test
    void anExactCandidateKeepsTheLockedExperimentAndAgeButCannotKeepAFilter() throws Exception {
        GatePolicy exact = policy("metrics: {a: 1}");
        PolicyLock lock = new PolicyLock(policy("candidate: {experiment: e, max_age: 1h}\nmetrics: {a: 1}"));
        PolicyLock filtering = new PolicyLock(policy("candidate: {experiment: e, filter: f}\nmetrics: {a: 1}"));

        GatePolicy held = lock.forExactCandidate(exact);
        assertEquals("e", held.candidate().experiment());
        assertEquals(Durations.parse("1h"), held.candidate().maxAge());
        assertEquals(List.of(), lock.violations(held));
        assertEquals(
                List.of("candidate max_age 1h was raised to 2h", "candidate experiment was changed from e to x"),
                lock.violations(
                        lock.forExactCandidate(policy("candidate: {experiment: x, max_age: 2h}\nmetrics: {a: 1}"))));
        assertEquals(
                List.of("candidate filter f was removed"), filtering.violations(filtering.forExactCandidate(exact)));
    }

    @Test
    void anExactCandidateCannotKeepALockedAliasAndHasTheLocksWordOnEvaluationRuns() throws Exception {
        GatePolicy exact = policy("metrics: {a: 1}");
        PolicyLock named = new PolicyLock(policy("candidate: {alias: challenger}\nmetrics: {a: 1}"));
        PolicyLock allowing = new PolicyLock(policy("candidate: {evaluation_run: true}\nmetrics: {a: 1}"));

        assertEquals(
                List.of("candidate alias challenger was removed"), named.violations(named.forExactCandidate(exact)));
        assertEquals(List.of(), allowing.violations(allowing.forExactCandidate(exact)));
        assertEquals(true, allowing.forExactCandidate(exact).candidate().evaluationRun());
        assertEquals(false, named.forExactCandidate(exact).candidate().evaluationRun());
    }

    /** Who adds a part to a policy must decide here what loosening it means; until then it would pass unseen. */
    @Test
    void everyPartOfAPolicyIsCompared() {
        assertEquals("candidate waiting baseline rules promotion", parts(GatePolicy.class));
        assertEquals("target kind limit greaterIsBetter criticality", parts(MetricRule.class));
        assertEquals("name value atLeast allowLostSlices evidence dataset", parts(MetricTarget.class));
        assertEquals("kind count", parts(ValueChoice.class));
        assertEquals("kind first second confidence", parts(EvidenceSource.class));
        assertEquals("alias stage rubberStamp sameDataset", parts(BaselinePolicy.class));
        assertEquals(
                "experiment filter best orderBy maxAge nested alias stage evaluationRun",
                parts(CandidateSelection.class));
        assertEquals("timeout settle", parts(WaitPolicy.class));
        assertEquals(
                "alias stage archiveExisting artifactPath timeout approval approvers", parts(PromotionPolicy.class));
        assertEquals("first timeout", parts(ApprovalPolicy.class));
    }

    private static String parts(Class<?> type) {
        return String.join(
                " ",
                Arrays.stream(type.getRecordComponents())
                        .map(part -> part.getName())
                        .toList());
    }

    private static List<String> loosened(String before, String after) throws PolicyException {
        return PolicyComparison.loosened(policy(before), policy(after));
    }

    private static GatePolicy policy(String yaml) throws PolicyException {
        return PolicySamples.policy(yaml);
    }
}
