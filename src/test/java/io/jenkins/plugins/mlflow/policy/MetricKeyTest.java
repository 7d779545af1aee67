package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MetricKeyTest {
    private static final ValueChoice MIN = new ValueChoice(ValueChoice.Kind.MIN, 0);

    private static ValueChoice step(long step) {
        return new ValueChoice(ValueChoice.Kind.STEP, step);
    }

    @Test
    void keysStandByNameAndTheCurrentValueOfTheRunIsTheFirstOfItsName() {
        List<MetricKey> ordered = List.of(
                MetricKey.current("acc"),
                new MetricKey("acc", ValueChoice.LAST, "holdout"),
                new MetricKey("acc", MIN, null),
                new MetricKey("acc", step(9), null),
                new MetricKey("acc", step(10), null),
                new MetricKey("acc", step(10), "holdout"),
                MetricKey.current("acc/eu"));

        assertEquals(ordered, List.copyOf(new TreeSet<>(ordered)));
        assertEquals(MetricKey.current("acc"), new TreeSet<>(ordered).first());
    }
}
