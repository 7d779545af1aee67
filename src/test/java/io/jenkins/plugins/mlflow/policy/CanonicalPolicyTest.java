package io.jenkins.plugins.mlflow.policy;

import static io.jenkins.plugins.mlflow.policy.PolicySamples.fileOf;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalPolicyTest {
    @Test
    void theCanonicalFormHasEverythingInOneOrder() throws Exception {
        assertEquals(
                "{\"baseline\":{\"alias\":\"champion\",\"when_missing\":\"fail\"},"
                        + "\"candidate\":{\"experiment\":\"e\",\"filter\":null,\"max_age_ms\":86400000,"
                        + "\"order_by\":{\"descending\":true,\"metric\":\"auc\"},\"select\":\"best\"},"
                        + "\"promote\":{\"alias\":\"champion\",\"archive_existing\":true,\"artifact_path\":\"model\","
                        + "\"stage\":null,\"timeout_ms\":30000},"
                        + "\"rules\":[{\"criticality\":\"failure\",\"greater_is_better\":null,\"kind\":\"min\","
                        + "\"limit\":1000,\"metric\":\"auc\"}],"
                        + "\"version\":1,\"wait\":{\"settle_ms\":5000,\"timeout_ms\":300000}}",
                CanonicalPolicy.canonicalJson(policy("""
                        candidate: {experiment: e, select: best, order_by: metrics.auc DESC, max_age: 1d}
                        baseline: champion
                        metrics: {auc: 1e3}
                        promote: champion
                        """)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics: {auc: 0.92, f1: 0.5}",
                "metrics: {auc: 0.920, f1: 5e-1}",
                "metrics: {auc: 9.2e-1, f1: +.5}",
                "metrics: {auc: {min: 0.92}, f1: 0.5}",
                "metrics: {auc: '>= 0.92', f1: 0.5}",
                "metrics: {auc: 0.92000000000000000001, f1: 0.5}",
                "metrics: {f1: 0.5, auc: 0.92}",
                "metrics: # why\n  f1: 0.5 # so\n  auc: {criticality: failure, min: 0.92, greater_is_better: true}",
                "wait: {settle: 5000ms, timeout: 300s}\npromote: false\nmetrics: {auc: 0.92, f1: 0.5}\ncandidate: {select: latest}",
            })
    void commentsOrderAndSpellingDoNotCount(String model) throws Exception {
        assertEquals(
                CanonicalPolicy.sha256(policy("metrics: {auc: 0.92, f1: 0.5}")), CanonicalPolicy.sha256(policy(model)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics: {auc: 0.921}",
                "metrics: {auc: {max: 0.92}}",
                "metrics: {f1: 0.92}",
                "metrics: {auc: {min: 0.92, criticality: note}}",
                "metrics: {auc: 0.92}\nbaseline: champion",
                "metrics: {auc: 0.92}\npromote: champion",
                "metrics: {auc: 0.92}\nwait: {timeout: 6m}",
                "metrics: {auc: 0.92}\ncandidate: {experiment: e}",
            })
    void whatIsAskedCounts(String model) throws Exception {
        assertNotEquals(CanonicalPolicy.sha256(policy("metrics: {auc: 0.92}")), CanonicalPolicy.sha256(policy(model)));
    }

    /** Hashes of an earlier version of this product: a policy that uses nothing new keeps its own. */
    @Test
    void newKeysDoNotChangeTheHashOfAPolicyWithoutThem() throws Exception {
        assertEquals(
                "2bb4cccf5bc13cb194902d8779ad753a91d31a1007f5d37ec03330fa978e9195",
                CanonicalPolicy.sha256(PolicyReader.resolve(
                        PolicyDocument.read("f", PolicySamples.FULL.replace(" artifact_path: model,", "")),
                        "churn-classifier",
                        PolicyOverrides.NONE)));
        assertEquals(
                "aabfd2b7127d1e484d25bcc380533edfad01e3b73df934d9088cc33c4b8f0c9b",
                CanonicalPolicy.sha256(policy("""
                        baseline: {alias: champion, same_dataset: required}
                        candidate: {experiment: e, select: best, order_by: metrics.auc DESC}
                        metrics: {auc: {min: 0.9, max_drop: 0.1}}
                        promote: {stage: Staging, artifact_path: a/b, approval: {first: 3}}
                        """)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "candidate: {experiment: e}|candidate: {experiment: e, nested: include}",
                "candidate: {alias: a}|candidate: {alias: b}",
                "candidate: {stage: Staging}|candidate: {stage: Production}",
                "candidate: {}|candidate: {evaluation_run: true}",
                "baseline: {stage: Staging}|baseline: {stage: Production}",
                "promote: c|promote: {alias: c, artifact_path: model}",
                "promote: {alias: c, approval: first}|promote: {alias: c, approval: first, approvers: [a]}",
            })
    void eachNewKeyCounts(String one, String other) throws Exception {
        assertNotEquals(
                CanonicalPolicy.sha256(policy("metrics: {a: 1}\n" + one)),
                CanonicalPolicy.sha256(policy("metrics: {a: 1}\n" + other)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "promote: {alias: c}|promote: {alias: c, archive_existing: false}",
                "promote: {alias: c}|promote: {alias: c, archive_existing: true}",
                "promote: {stage: Archived}|promote: {stage: Archived, archive_existing: false}",
                "promote: {stage: None}|promote: {stage: None, archive_existing: false}",
                "candidate: {experiment: e, filter: f}|candidate: {experiment: e, filter: '  f '}",
                "candidate: {experiment: e, filter: f}|candidate: {experiment: e, filter: \"f\\n\"}",
            })
    void whatHasNoEffectDoesNotCount(String one, String other) throws Exception {
        GatePolicy policy = policy("metrics: {a: 1}\n" + one);
        GatePolicy same = policy("metrics: {a: 1}\n" + other);

        assertEquals(CanonicalPolicy.sha256(policy), CanonicalPolicy.sha256(same));
        assertEquals(policy, same);
        assertEquals(List.of(), new PolicyLock(policy).violations(same));
    }

    @Test
    void archivingCountsWhereItHasAnEffect() throws Exception {
        assertNotEquals(
                CanonicalPolicy.sha256(policy("metrics: {a: 1}\npromote: {stage: Production}")),
                CanonicalPolicy.sha256(
                        policy("metrics: {a: 1}\npromote: {stage: Production, archive_existing: false}")));
    }

    @Test
    void theOrderOfApproversDoesNotCount() throws Exception {
        assertEquals(
                CanonicalPolicy.sha256(
                        policy("metrics: {a: 1}\npromote: {alias: c, approval: first, approvers: [a, b]}")),
                CanonicalPolicy.sha256(
                        policy("metrics: {a: 1}\npromote: {alias: c, approval: first, approvers: [b, a]}")));
    }

    @Test
    void theHashIsOneOfSha256InSmallLetters() throws Exception {
        assertTrue(CanonicalPolicy.sha256(policy("metrics: {auc: 0.92}")).matches("[0-9a-f]{64}"));
    }

    @Test
    void theDescriptionIsThePolicyInTheFilesOwnWords() throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("f", PolicySamples.FULL), "churn-classifier", PolicyOverrides.NONE);

        assertEquals("""
                candidate:
                  experiment: customer-churn
                  filter: "tags.purpose = 'eval'"
                  select: latest
                  max_age: 1d
                wait:
                  timeout: 5m
                  settle: 5s
                baseline:
                  alias: champion
                  when_missing: rubber_stamp
                metrics:
                  accuracy: {min: 0.92}
                  precision: {min: 0.88}
                  recall: {min: 0.85, max_drop: 0.005, greater_is_better: true}
                  log_loss: {max: 0.35}
                  latency_ms: {max: 40, criticality: unstable}
                promote:
                  alias: champion
                  stage: Production
                  archive_existing: true
                  artifact_path: model
                  timeout: 30s
                """, CanonicalPolicy.describe(policy));
    }

    @Test
    void anyPolicyReadsBackFromItsDescription() throws Exception {
        Random random = new Random(20261120);
        for (int i = 0; i < 2000; i++) {
            GatePolicy policy = anyPolicy(random);
            String described = CanonicalPolicy.describe(policy);

            GatePolicy again =
                    PolicyReader.resolve(PolicyDocument.read("f", fileOf(described)), "m", PolicyOverrides.NONE);

            assertEquals(policy, again, described);
            assertEquals(CanonicalPolicy.sha256(policy), CanonicalPolicy.sha256(again));
        }
    }

    private static GatePolicy anyPolicy(Random random) {
        if (random.nextInt(4) == 0) {
            String alias = random.nextBoolean() ? anyAlias(random) : null;
            String stage = alias == null ? "Staging" : null;
            Duration maxAge = random.nextBoolean() ? anyDuration(random) : null;
            return anyPolicy(
                    random,
                    new CandidateSelection(null, null, false, null, maxAge, false, alias, stage, random.nextBoolean()));
        }
        boolean best = random.nextBoolean();
        String experiment = best || random.nextBoolean() ? anyText(random) : null;
        CandidateSelection candidate = new CandidateSelection(
                experiment,
                experiment != null && random.nextBoolean() ? (anyText(random) + "\n" + anyText(random)).strip() : null,
                best,
                best
                        ? new CandidateSelection.OrderBy(anyText(random).replaceAll("[`\"]", "'"), random.nextBoolean())
                        : null,
                random.nextBoolean() ? anyDuration(random) : null,
                experiment != null && random.nextBoolean(),
                null,
                null,
                random.nextBoolean());
        return anyPolicy(random, candidate);
    }

    private static GatePolicy anyPolicy(Random random, CandidateSelection candidate) {
        BaselinePolicy baseline =
                switch (random.nextInt(4)) {
                    case 0 -> new BaselinePolicy(anyAlias(random), random.nextBoolean());
                    case 1 ->
                        new BaselinePolicy(
                                null, "Production", random.nextBoolean(), BaselinePolicy.SameDataset.REQUIRED);
                    default -> null;
                };
        ApprovalPolicy approval = anyApproval(random);
        String stage = random.nextBoolean()
                ? List.of("Staging", "Production", "Archived", "None").get(random.nextInt(4))
                : null;
        PromotionPolicy promotion = random.nextBoolean()
                ? new PromotionPolicy(
                        stage == null || random.nextBoolean() ? anyAlias(random) : null,
                        stage,
                        random.nextBoolean(),
                        Arrays.asList("model", null, "a b/" + anyAlias(random)).get(random.nextInt(3)),
                        anyDuration(random),
                        approval,
                        approval.isNever() || random.nextBoolean()
                                ? List.of()
                                : List.of("x" + anyText(random), "ml leads, all", "true"))
                : null;
        Duration settle = random.nextInt(5) == 0 ? Duration.ZERO : anyDuration(random);
        WaitPolicy waiting = new WaitPolicy(anyDuration(random), settle);
        return new GatePolicy(candidate, waiting, baseline, anyRules(random, baseline != null), promotion);
    }

    private static ApprovalPolicy anyApproval(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> new ApprovalPolicy(1, anyDuration(random));
            case 1 -> new ApprovalPolicy(2 + random.nextInt(9), anyDuration(random));
            case 2 -> ApprovalPolicy.always(anyDuration(random));
            default -> ApprovalPolicy.NEVER;
        };
    }

    private static MetricTarget anyTarget(Random random, String name, boolean sliced) {
        ValueChoice value =
                switch (random.nextInt(8)) {
                    case 0 -> new ValueChoice(ValueChoice.Kind.MIN, 0);
                    case 1 -> new ValueChoice(ValueChoice.Kind.MAX, 0);
                    case 2 -> new ValueChoice(ValueChoice.Kind.MEAN_LAST, 1 + random.nextInt(9));
                    case 3 -> new ValueChoice(ValueChoice.Kind.STEP, random.nextInt(9));
                    default -> ValueChoice.LAST;
                };
        String star = sliced ? "*" : "";
        EvidenceSource evidence = value.needsHistory() || random.nextBoolean()
                ? null
                : switch (random.nextInt(3)) {
                    case 0 -> new EvidenceSource(EvidenceSource.Kind.SAMPLES, "n" + star, null, 0.95);
                    case 1 -> new EvidenceSource(EvidenceSource.Kind.STD_ERROR, "se: x" + star, null, 0.9);
                    default -> new EvidenceSource(EvidenceSource.Kind.INTERVAL, "lo" + star, "hi" + star, 0.5);
                };
        return new MetricTarget(
                name,
                value,
                sliced ? 1 + random.nextInt(3) : 1,
                sliced && random.nextBoolean(),
                evidence,
                random.nextInt(3) == 0 ? random.nextInt(9) + anyText(random) : null);
    }

    private static List<MetricRule> anyRules(Random random, boolean hasBaseline) {
        List<MetricRule> rules = new ArrayList<>();
        int metrics = 1 + random.nextInt(4);
        for (int metric = 0; metric < metrics; metric++) {
            boolean sliced = random.nextInt(4) == 0;
            String name = metric + anyText(random).replace('*', '+') + (sliced ? "*" : "");
            Criticality criticality = Criticality.values()[random.nextInt(3)];
            List<RuleKind> kinds = new ArrayList<>();
            for (RuleKind kind : RuleKind.values()) {
                boolean fits = kind == RuleKind.WORST_GAP ? sliced : kind.isBound() || hasBaseline;
                if (fits && random.nextInt(3) == 0) {
                    kinds.add(kind);
                }
            }
            if (kinds.isEmpty()) {
                kinds.add(RuleKind.MIN);
            }
            Boolean direction = kinds.stream().noneMatch(RuleKind::comparesWithBaseline)
                    ? null
                    : Boolean.valueOf(random.nextBoolean());
            MetricTarget target = anyTarget(random, name, sliced);
            for (RuleKind kind : kinds) {
                double limit = Math.abs(anyDouble(random));
                BigDecimal exact = Decimals.shortest(kind == RuleKind.MIN ? -limit : limit);
                rules.add(new MetricRule(target, kind, exact, direction, criticality));
            }
        }
        return rules;
    }

    private static double anyDouble(Random random) {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) && random.nextBoolean() ? value : random.nextDouble();
    }

    private static Duration anyDuration(Random random) {
        long[] units = {1, 1000, 60_000, 3_600_000, 86_400_000};
        return Duration.ofMillis((1 + random.nextInt(300)) * units[random.nextInt(5)]);
    }

    private static String anyAlias(Random random) {
        return List.of("champion", "7", "truest", "-", "nulls", "on-", "a_b-c", "0x1", "1e5", "nor")
                .get(random.nextInt(10));
    }

    private static String anyText(Random random) {
        String signs = "ab1 .:#'\"\\`-_/,{}[]&*!|>%@?~=<é€📏\t\u0085\u00A0\u2028\uFEFF";
        StringBuilder text = new StringBuilder(
                List.of("x", "true", "0", "1:3", "- ", "null", "#").get(random.nextInt(7)));
        int[] characters = signs.codePoints().toArray();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return text.toString().replaceAll("[\\x{85}\\t]", "y");
    }
}
