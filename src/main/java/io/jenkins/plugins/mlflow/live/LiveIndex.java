package io.jenkins.plugins.mlflow.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** All records of what is live by their models, read once for each page however many jobs it shows. */
final class LiveIndex {
    private final Map<TrendPoint.Key, List<LiveRecord>> records = new HashMap<>();

    private LiveIndex() {
        for (LiveRecord record : LiveStore.all()) {
            TrendPoint.Key key = new TrendPoint.Key(
                    LiveKey.digest(record.getKey().registry()), record.getKey().model());
            records.computeIfAbsent(key, model -> new ArrayList<>()).add(record);
        }
    }

    /** That of the page that is being made. */
    static LiveIndex ofPage() {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        if (request == null) {
            return new LiveIndex();
        }
        String name = LiveIndex.class.getName();
        if (!(request.getAttribute(name) instanceof LiveIndex)) {
            request.setAttribute(name, new LiveIndex());
        }
        return (LiveIndex) request.getAttribute(name);
    }

    /** Those of a model, by alias and stage. */
    List<LiveRecord> of(TrendPoint.Key model) {
        return records.getOrDefault(model, List.of());
    }
}
