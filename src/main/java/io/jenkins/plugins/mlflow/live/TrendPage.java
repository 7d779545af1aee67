package io.jenkins.plugins.mlflow.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Some gates of one model, oldest first. */
public final class TrendPage {
    private final String model;
    private final List<TrendPoint> points;
    private final Integer older;
    private final String problem;

    TrendPage(String model, List<TrendPoint> points, Integer older, String problem) {
        this.model = model;
        this.points = points;
        this.older = older;
        this.problem = problem;
    }

    public String getModel() {
        return model;
    }

    /** Why there are none, where they could not be read; else null. */
    public String getProblem() {
        return problem;
    }

    public List<TrendPoint> getNewestFirst() {
        List<TrendPoint> reversed = new ArrayList<>(points);
        Collections.reverse(reversed);
        return reversed;
    }

    /** The build before which there are more, or null. */
    public Integer getOlder() {
        return older;
    }

    /** Of all these gates. */
    public List<String> getMetrics() {
        return points.stream()
                .flatMap(point -> point.getMetrics().stream())
                .map(TrendMetric::getLabel)
                .distinct()
                .filter(Objects::nonNull)
                .toList();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", model);
        map.put("points", points.stream().map(TrendPoint::toAnswer).toList());
        map.put("older", older);
        return map;
    }
}
