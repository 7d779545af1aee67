package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.YamlText;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds from the past, computed by hand, as a policy that the product itself reads. */
class SuggestionTest {
    private static GatePolicy read(String yaml, String model) throws Exception {
        return PolicyReader.resolve(PolicyDocument.read("suggested.yaml", yaml), model, PolicyOverrides.NONE);
    }

    private static String rules(GatePolicy policy) {
        return policy.rules().stream()
                .map(rule -> rule.metric() + " " + rule.kind().key() + " "
                        + rule.limit().toPlainString())
                .toList()
                .toString();
    }

    /** 21 runs, of which the accuracies are 0.900 to 0.920, each once. */
    private static RunHistory twentyOne() {
        return Pasts.oldestFirst(IntStream.rangeClosed(0, 20)
                .mapToObj(i -> {
                    int thousandths = 900 + i * 8 % 21;
                    return Pasts.finished(
                            i + 1,
                            "accuracy",
                            thousandths / 1000.0,
                            "rmse",
                            (1000 - thousandths) / 1000.0,
                            "foo",
                            7 + i);
                })
                .toArray(HistoricalRun[]::new));
    }

    @Test
    void boundsAreThePercentilesRoundedToTheLooseSide() throws Exception {
        String yaml = new Suggestion("churn", null, null, twentyOne()).yaml();

        // Values are 0.900 ... 0.920: the 5th percentile is the second, 0.901. Of the 20 falls from the best before, in
        // thousandths 0 (4 times), 2, 2, 5, 5, 5, 7, 7, 10, 10, 13, 13, 13, 15, 15, 18, 18, the 90th percentile is
        // 15.3.
        assertEquals(
                "[accuracy min 0.901, accuracy max_drop 0.016, rmse max 0.099, rmse max_drop 0.016]",
                rules(read(yaml, "churn")),
                yaml);
        assertTrue(
                yaml.contains("# accuracy: in 21 of 21 runs, min 0.9, median 0.91, max 0.92; greater is better"), yaml);
        assertTrue(yaml.contains("# \"foo\": {min: 8, max: 26}"), yaml);
        assertTrue(yaml.contains("its name does not tell which direction is better"), yaml);
        assertEquals(List.of(), PolicyFindings.of(read(yaml, "churn")).warnings(), yaml);
        assertEquals(yaml, new Suggestion("churn", null, null, twentyOne()).yaml());
    }

    @Test
    void runsThatDidNotFinishAndRareOrInfiniteValuesDoNotCount() throws Exception {
        RunHistory past = Pasts.oldestFirst(
                Pasts.finished(1, "accuracy", 0.9, "f1", 0.8, "auc", Double.NaN),
                Pasts.finished(2, "accuracy", 0.9, "auc", Double.MAX_VALUE),
                Pasts.ended(3, Run.Status.FAILED, null, "accuracy", 0.1));

        String yaml = new Suggestion("churn", null, null, past).yaml();

        assertEquals("[accuracy min 0.9]", rules(read(yaml, "churn")), yaml);
        assertTrue(yaml.contains("Too little data"), yaml);
        assertTrue(yaml.contains("in half of the runs or fewer, and so left out: f1"), yaml);
        assertFalse(yaml.contains("auc"), yaml);
    }

    /** All but the first, which is under its bounds. */
    @Test
    void theHeaderTellsWhatTheWholeSuggestionDoesToItsOwnPast() {
        String yaml = new Suggestion("churn", null, null, twentyOne()).yaml();

        assertTrue(
                yaml.lines()
                        .limit(5)
                        .anyMatch(line -> line.startsWith("# All rules together: 20 of 21 past versions would pass")),
                yaml);
    }

    @Test
    void manyRulesTogetherBlockMoreThanEachAlone() throws Exception {
        HistoricalRun[] runs = IntStream.range(0, 20)
                .mapToObj(i -> {
                    List<Object> metrics = new ArrayList<>();
                    for (int metric = 0; metric < 10; metric++) {
                        metrics.add("f1_" + metric);
                        metrics.add(i == 2 * metric ? 0.1 : 0.9);
                    }
                    return Pasts.finished(i + 1, metrics.toArray());
                })
                .toArray(HistoricalRun[]::new);
        RunHistory past = Pasts.oldestFirst(runs);

        String yaml = new Suggestion("churn", null, null, past).yaml();

        assertTrue(yaml.contains("# All rules together: 10 of 20 past versions would pass"), yaml);
        assertEquals(
                10,
                Backtest.of(read(yaml, "churn"), past).stream()
                        .filter(Backtest.Decision::passed)
                        .count());
    }

    @ParameterizedTest
    @CsvSource({
        "train_loss, true",
        "training_f1_score, true",
        "f1_train, true",
        "fit_time, true",
        "duration_seconds, true",
        "eval_runtime_ms, true",
        "latency_ms, false",
        "val_loss, false"
    })
    void timesAndTrainingMetricsAreNotes(String metric, boolean note) throws Exception {
        String yaml = new Suggestion(
                        "churn",
                        null,
                        null,
                        Pasts.oldestFirst(
                                Pasts.finished(1, metric, 0.9, "accuracy", 0.9),
                                Pasts.finished(2, metric, 0.8, "accuracy", 0.9)))
                .yaml();

        MetricRule rule = read(yaml, "churn").rules().stream()
                .filter(one -> one.metric().equals(metric))
                .findFirst()
                .orElseThrow();
        assertEquals(note ? Criticality.NOTE : Criticality.FAILURE, rule.criticality(), yaml);
    }

    @Test
    void systemMetricsAreLeftOut() {
        String yaml = new Suggestion(
                        "churn",
                        null,
                        null,
                        Pasts.oldestFirst(Pasts.finished(1, "system/cpu_utilization_percentage", 3, "accuracy", 0.9)))
                .yaml();

        assertTrue(yaml.contains("# system metrics, left out: system/cpu_utilization_percentage\n"), yaml);
        assertFalse(yaml.contains("min: 3"), yaml);
    }

    @Test
    void notesAloneAreNoPolicyYet() {
        assertFalse(
                new Suggestion("churn", null, null, Pasts.oldestFirst(Pasts.finished(1, "train_loss", 1))).isReady());
    }

    @Test
    void whatIsFarOffIsNamedAndDoesNotCount() throws Exception {
        RunHistory past = Pasts.oldestFirst(IntStream.range(0, 20)
                .mapToObj(i -> Pasts.finished(i + 1, "log_loss", i == 7 ? 1e9 : 0.3 + i % 5 / 100.0))
                .toArray(HistoricalRun[]::new));

        String yaml = new Suggestion("churn", null, null, past).yaml();

        assertEquals("[log_loss max 0.34, log_loss max_drop 0.04]", rules(read(yaml, "churn")), yaml);
        assertTrue(yaml.contains("# far off the others, and not counted: 1 of 20 values, 1000000000"), yaml);
        assertTrue(yaml.contains("19 of 20 past versions would pass"), yaml);
    }

    @Test
    void valuesThatAreNotFiniteAreCounted() {
        RunHistory past = Pasts.oldestFirst(IntStream.range(0, 20)
                .mapToObj(i -> Pasts.finished(i + 1, "auc", i < 7 ? Double.NaN : 0.8))
                .toArray(HistoricalRun[]::new));

        String yaml = new Suggestion("churn", null, null, past).yaml();

        assertTrue(yaml.contains("# not finite: 7 of 20 values; a candidate with such a value does not pass"), yaml);
        assertTrue(yaml.contains("13 of 20 past versions would pass"), yaml);
    }

    @Test
    void aDropIsMeasuredFromTheBestSoFar() throws Exception {
        double[] values = {0.90, 0.95, 0.94, 0.93, 0.92, 0.91, 0.90, 0.89, 0.88, 0.87, 0.86};
        RunHistory past = Pasts.oldestFirst(IntStream.range(0, values.length)
                .mapToObj(i -> Pasts.finished(i + 1, "accuracy", values[i]))
                .toArray(HistoricalRun[]::new));

        String yaml = new Suggestion("churn", null, null, past).yaml();

        // Falls are 0, 0.01, ..., 0.09; run to run they would be 0.01 at most.
        assertTrue(rules(read(yaml, "churn")).contains("accuracy max_drop 0.081"), yaml);
        assertTrue(
                yaml.contains("# max_drop: against the best run before, 9 in 10 lost at most 0.081; rounded up"), yaml);
    }

    @Test
    void hostileNamesStayNames() throws Exception {
        String metric = "accuracy\": {min: 0}} # \u2028 é\n  \\evil: 1";
        String model = "m\"o: del #\t\u0085";
        HistoricalRun[] runs = Stream.of(0.91, 0.92, 0.93, 0.94, 0.95)
                .map(value -> Pasts.finished((int) (value * 100), metric, value, "f1 \"ü\\\" # x", value, "a*", value))
                .toArray(HistoricalRun[]::new);

        String yaml = new Suggestion("churn: 'x' #", "e\"x: p", "tags.`a b` = 'c'", Pasts.oldestFirst(runs)).yaml();

        GatePolicy policy = read(yaml, "churn: 'x' #");
        assertEquals(
                "[f1 \"ü\\\" # x]",
                policy.rules().stream()
                        .map(MetricRule::metric)
                        .distinct()
                        .toList()
                        .toString());
        assertEquals("e\"x: p", policy.candidate().experiment());
        assertEquals("tags.`a b` = 'c'", policy.candidate().filter());
        assertEquals("\"m\\\"o: del #\\u0009\\u0085\"", YamlText.quoted(model));
    }

    @Test
    void withoutAKnownDirectionNothingIsActive() {
        assertFalse(new Suggestion("churn", null, null, Pasts.oldestFirst(Pasts.finished(1, "foo", 1))).isReady());
        assertFalse(new Suggestion("churn", null, null, Pasts.oldestFirst(Pasts.finished(1))).hasMetrics());
    }

    @ParameterizedTest
    @CsvSource({
        "accuracy, true",
        "val_F1Score, true",
        "accuracy/region=eu, true",
        "roc_auc, true",
        "r2, true",
        "log_loss, false",
        "validationLoss, false",
        "latency_ms, false",
        "mean_squared_error, false",
        "mape, false",
        "error_rate, false",
        "brier_score_loss, false",
        "rmse_score, false",
        "neg_log_loss, true",
        "neg_mean_squared_error, true",
        "test_neg_root_mean_squared_error, true",
        "negative_rmse, true",
        "negMeanAbsoluteError, true",
        "neg_accuracy, false",
        "negative_log_likelihood,",
        "false_negative_error,",
        "false_negative_error_rate,",
        "true_negative_loss,",
        "time_to_failure,",
        "mean_time_between_failures,",
        "error_reduction,",
        "loss_ratio_improvement,",
        "accuracy_gain,",
        "f1_uplift,",
        "rmse_lift,",
        "accuracy_drop,",
        "delta_auc,",
        "loss_diff,",
        "foo,",
        "example_count,",
        "accuracy_std,",
        "precision_loss,",
        "f1_ci_lower,"
    })
    void directionsAreInferredFromNames(String metric, Boolean greaterIsBetter) {
        assertEquals(greaterIsBetter, MetricNames.greaterIsBetter(metric));
    }

    @ParameterizedTest
    @CsvSource({
        "0.9273, 0.5, 0.927, 0.928",
        "0.99991, 0.99999, 0.99991, 0.99991",
        "0.999914, 0.99999, 0.999914, 0.999914",
        "1234.5, 1000, 1230, 1240",
        "-0.12345, -0.12345, -0.124, -0.123",
        "0, 0, 0, 0",
        "1.797E308, 1.797E308, 1.79E308, 1.797E308"
    })
    void roundingLoosensByThreeDigitsOrTwoOfTheSpread(double value, double other, String down, String up) {
        BigDecimal number = Decimals.shortest(value);
        MetricSample sample = new MetricSample(Arrays.asList(number, Decimals.shortest(other)));
        assertEquals(new BigDecimal(down).stripTrailingZeros(), sample.rounded(number, false));
        assertEquals(new BigDecimal(up).stripTrailingZeros(), sample.rounded(number, true));
    }

    @Test
    void percentilesAreInterpolated() {
        MetricSample sample = new MetricSample(
                Stream.of("4", "1", "3", "2").map(BigDecimal::new).toList());

        assertEquals(new BigDecimal("2.5"), sample.percentile(50));
        assertEquals(new BigDecimal("1.15"), sample.percentile(5));
        assertEquals(new BigDecimal("3.85"), sample.percentile(95));
    }
}
