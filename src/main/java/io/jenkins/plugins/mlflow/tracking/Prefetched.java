package io.jenkins.plugins.mlflow.tracking;

import java.util.LinkedHashMap;
import java.util.Map;

/** Requests that were sent before their answers are needed. Each answer is used once. Of one thread. */
final class Prefetched {
    /** Each needs a connection of its own. */
    private static final int MOST = 8;

    /** By {@link ApiRequest#key}. */
    private final Map<String, HttpTransport.Pending> underWay = new LinkedHashMap<>();

    boolean isFull() {
        return underWay.size() >= MOST;
    }

    boolean has(ApiRequest request) {
        return underWay.containsKey(request.key());
    }

    void add(HttpTransport.Pending read) {
        underWay.put(read.request().key(), read);
    }

    /** Null if the request was not prefetched. */
    HttpTransport.Pending take(ApiRequest request) {
        return underWay.remove(request.key());
    }

    void discard() {
        underWay.values().forEach(HttpTransport.Pending::abandon);
        underWay.clear();
    }
}
