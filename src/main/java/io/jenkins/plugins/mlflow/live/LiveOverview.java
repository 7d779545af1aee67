package io.jenkins.plugins.mlflow.live;

import java.util.Comparator;
import java.util.List;

/** What is live, and what was rolled back, as a part of a page. */
public final class LiveOverview {
    private static final int MOST_ROLL_BACKS = 50;

    private final List<LiveRow> rows;

    LiveOverview(List<LiveRow> rows) {
        this.rows = rows;
    }

    public List<LiveRow> getRows() {
        return rows;
    }

    /** The newest first. */
    public List<LiveChangeRow> getRollBacks() {
        return rows.stream()
                .flatMap(row -> row.getChanges().stream())
                .filter(LiveChangeRow::isRollBack)
                .sorted(Comparator.comparing(LiveChangeRow::getAt).reversed())
                .limit(MOST_ROLL_BACKS)
                .toList();
    }
}
