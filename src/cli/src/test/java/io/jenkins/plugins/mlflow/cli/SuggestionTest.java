package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.math.BigDecimal;
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
                .map(rule -> rule.metric() + " " + rule.kind().key() + " " + rule.limit().toPlainString())
                .toList()
                .toString();
    }

    /** 21 runs, of which the accuracies are 0.900 to 0.920, each once. */
    private static Past twentyOne() {
        return Pasts.oldestFirst(IntStream.rangeClosed(0, 20)
                .mapToObj(i -> {
                    int thousandths = 900 + i * 8 % 21;
                    return Pasts.finished(
                            i + 1, "accuracy", thousandths / 1000.0, "rmse", (1000 - thousandths) / 1000.0, "foo", 7 + i);
                })
                .toArray(PastRun[]::new));
    }

    @Test
    void boundsAreThePercentilesRoundedToTheLooseSide() throws Exception {
        String yaml = new Suggestion("churn", null, null, twentyOne()).yaml();

        // Values are 0.900 ... 0.920: the 5th percentile is the second, 0.901. Steps are +0.008 or -0.013, 12 and 8 times.
        assertEquals(
                "[accuracy min 0.901, accuracy max_drop 0.013, rmse max 0.099, rmse max_drop 0.013]",
                rules(read(yaml, "churn")),
                yaml);
        assertTrue(yaml.contains("# accuracy: in 21 of 21 runs, min 0.9, median 0.91, max 0.92; greater is better"), yaml);
        assertTrue(yaml.contains("# \"foo\": {min: 8, max: 26}"), yaml);
        assertTrue(yaml.contains("its name does not tell which direction is better"), yaml);
        assertEquals(List.of(), PolicyFindings.of(read(yaml, "churn")).warnings(), yaml);
        assertEquals(yaml, new Suggestion("churn", null, null, twentyOne()).yaml());
    }

    @Test
    void runsThatDidNotFinishAndRareOrInfiniteValuesDoNotCount() throws Exception {
        Past past = Pasts.oldestFirst(
                Pasts.finished(1, "accuracy", 0.9, "f1", 0.8, "auc", Double.NaN),
                Pasts.finished(2, "accuracy", 0.9, "auc", Double.MAX_VALUE),
                Pasts.ended(3, Run.Status.FAILED, null, "accuracy", 0.1));

        String yaml = new Suggestion("churn", null, null, past).yaml();

        assertEquals("[accuracy min 0.9]", rules(read(yaml, "churn")), yaml);
        assertTrue(yaml.contains("Too little data"), yaml);
        assertTrue(yaml.contains("in half of the runs or fewer, and so left out: f1"), yaml);
        assertFalse(yaml.contains("auc"), yaml);
    }

    @Test
    void hostileNamesStayNames() throws Exception {
        String metric = "accuracy\": {min: 0}} # \u2028 é\n  \\evil: 1";
        String model = "m\"o: del #\t\u0085";
        PastRun[] runs = Stream.of(0.91, 0.92, 0.93, 0.94, 0.95)
                .map(value -> Pasts.finished((int) (value * 100), metric, value, "f1 \"ü\\\" # x", value, "a*", value))
                .toArray(PastRun[]::new);

        String yaml = new Suggestion("churn: 'x' #", "e\"x: p", "tags.`a b` = 'c'", Pasts.oldestFirst(runs)).yaml();

        GatePolicy policy = read(yaml, "churn: 'x' #");
        assertEquals("[f1 \"ü\\\" # x]", policy.rules().stream().map(MetricRule::metric).distinct().toList().toString());
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
        "accuracy, true", "val_F1Score, true", "accuracy/region=eu, true", "roc_auc, true", "r2, true",
        "log_loss, false", "validationLoss, false", "latency_ms, false", "mean_squared_error, false", "mape, false",
        "error_rate, false", "brier_score_loss, false", "rmse_score, false",
        "foo,", "example_count,", "accuracy_std,", "precision_loss,", "f1_ci_lower,"
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
        Sample sample = new Sample(Arrays.asList(number, Decimals.shortest(other)));
        assertEquals(new BigDecimal(down).stripTrailingZeros(), sample.rounded(number, false));
        assertEquals(new BigDecimal(up).stripTrailingZeros(), sample.rounded(number, true));
    }

    @Test
    void percentilesAreInterpolated() {
        Sample sample = new Sample(Stream.of("4", "1", "3", "2").map(BigDecimal::new).toList());

        assertEquals(new BigDecimal("2.5"), sample.percentile(50));
        assertEquals(new BigDecimal("1.15"), sample.percentile(5));
        assertEquals(new BigDecimal("3.85"), sample.percentile(95));
    }
}
