package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import java.math.BigDecimal;
import java.util.Map;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How far a metric's value can be trusted, from what the run logged beside it. A source that is absent or makes no sense gives
 * no interval: a rule with evidence is then inconclusive.
 */
final class Uncertainty {
    private final MetricTarget target;
    private final EvidenceSource source;
    private final Map<MetricKey, Double> values;
    private final Map<MetricKey, String> unclear;
    private final String slice;

    /**
     * {@code values} are those of one run, of which {@code unclear} gives the reason why some cannot be used; {@code slice} is
     * null for a plain metric.
     */
    Uncertainty(MetricTarget target, Map<MetricKey, Double> values, Map<MetricKey, String> unclear, String slice) {
        this.target = target;
        this.source = target.evidence();
        this.values = values;
        this.unclear = unclear;
        this.slice = slice;
    }

    /** There is no interval, and the reason. */
    static final class Unknown extends Exception {
        private static final long serialVersionUID = 1L;

        Unknown(String reason) {
            super(reason);
        }
    }

    /**
     * The value with its two-sided interval: for a proportion Wilson's (E. B. Wilson, "Probable inference, the law of
     * succession, and statistical inference", JASA 22, 1927) with the proportion as it is, whether it is a whole number of
     * successes or not; for a standard error the normal one.
     */
    Estimate of(BigDecimal value) throws Unknown {
        return new Estimate(
                value,
                switch (source.kind()) {
                    case SAMPLES -> wilson(value);
                    case STD_ERROR -> {
                        BigDecimal reach = decimal(quantile() * standardError());
                        yield new Interval(value.subtract(reach), value.add(reach));
                    }
                    case INTERVAL -> given(value);
                });
    }

    /** What was computed in binary, as a decimal. */
    static BigDecimal decimal(double computed) throws Unknown {
        if (!Double.isFinite(computed)) {
            throw new Unknown("the interval is not finite");
        }
        return Decimals.shortest(computed);
    }

    private Interval wilson(BigDecimal value) throws Unknown {
        double samples = read(source.first());
        if (samples < 1 || samples > Integer.MAX_VALUE || samples != Math.rint(samples)) {
            throw new Unknown(
                    name(source.first()) + " is " + Numbers.text(samples) + ", which is no number of samples");
        }
        if (value.signum() < 0 || value.compareTo(BigDecimal.ONE) > 0) {
            throw new Unknown("the value is no proportion between 0 and 1, so its samples tell nothing");
        }
        double proportion = value.doubleValue();
        double z = quantile();
        double perSample = z * z / samples;
        double center = (proportion + perSample / 2) / (1 + perSample);
        double reach =
                z / (1 + perSample) * Math.sqrt(proportion * (1 - proportion) / samples + perSample / (4 * samples));
        // Rounding could leave out the value itself, or reach beyond 0 and 1.
        return new Interval(
                decimal(Math.max(0, Math.min(center - reach, proportion))),
                decimal(Math.min(1, Math.max(center + reach, proportion))));
    }

    private double standardError() throws Unknown {
        double error = read(source.first());
        if (error < 0) {
            throw new Unknown(name(source.first()) + " is " + Numbers.text(error) + ", which is no standard error");
        }
        return error;
    }

    private Interval given(BigDecimal value) throws Unknown {
        Interval interval = new Interval(decimal(read(source.first())), decimal(read(source.second())));
        if (interval.lower().compareTo(value) > 0 || interval.upper().compareTo(value) < 0) {
            throw new Unknown("the value lies outside of its own interval, " + interval);
        }
        return interval;
    }

    double confidence() {
        return source.confidence();
    }

    private double quantile() {
        return NormalDistribution.of(0, 1).inverseCumulativeProbability((1 + source.confidence()) / 2);
    }

    private String name(String metric) {
        return MetricTarget.inSlice(metric, slice);
    }

    private double read(String metric) throws Unknown {
        MetricKey key = target.key(name(metric));
        if (unclear.containsKey(key)) {
            throw new Unknown(name(metric) + ": " + unclear.get(key));
        }
        Double value = values.get(key);
        if (value == null || !Evidence.isFinite(value)) {
            throw new Unknown(name(metric) + (value == null ? " is missing" : " is not finite"));
        }
        return value;
    }
}
