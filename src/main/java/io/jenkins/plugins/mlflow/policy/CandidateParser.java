package io.jenkins.plugins.mlflow.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code candidate}: which run to judge. */
final class CandidateParser {
    static final String EXPERIMENT = "experiment";
    static final String FILTER = "filter";
    static final String SELECT = "select";
    static final String ORDER_BY = "order_by";
    static final String MAX_AGE = "max_age";
    static final List<String> KEYS = List.of(EXPERIMENT, FILTER, SELECT, ORDER_BY, MAX_AGE);
    static final Map<String, Boolean> SELECTIONS = Words.of("latest", false, "best", true);

    private static final Pattern ORDER = Pattern.compile(
            "\\s*metrics\\.(?:`([^`]+)`|\"([^\"]+)\"|([^\\s`\"]+))(?:\\s+((?i)ASC|DESC))?\\s*");

    private final PolicyProblems problems;
    private final boolean complete;

    CandidateParser(PolicyProblems problems, boolean complete) {
        this.problems = problems;
        this.complete = complete;
    }

    /** The selection, or null if the node is no mapping. */
    CandidateSelection parse(PolicyNode node) {
        Fields fields = Fields.of(node, problems, KEYS);
        if (fields == null) {
            return null;
        }
        String experiment = fields.text(EXPERIMENT);
        String filter = fields.text(FILTER);
        Boolean select = fields.choice(SELECT, SELECTIONS);
        CandidateSelection.OrderBy orderBy = fields.has(ORDER_BY) ? orderBy(fields) : null;
        Duration maxAge = fields.duration(MAX_AGE, false);
        boolean best = Boolean.TRUE.equals(select);
        if (complete) {
            checkTogether(fields, best, fields.has(SELECT) && select == null);
        }
        return new CandidateSelection(experiment, filter, best, orderBy, maxAge);
    }

    private void checkTogether(Fields fields, boolean best, boolean selectIsWrong) {
        if (best && !fields.has(ORDER_BY)) {
            problems.add(fields.place(SELECT), "`select: best` needs `order_by`, for example "
                    + "`order_by: metrics.accuracy DESC`");
        }
        if (best && !fields.has(EXPERIMENT)) {
            problems.add(fields.place(SELECT), "`select: best` needs `experiment`, the name of the experiment to look in");
        }
        if (!best && !selectIsWrong && fields.has(ORDER_BY)) {
            problems.add(fields.place(ORDER_BY), "`order_by` counts only with `select: best`; add that or remove this");
        }
        if (fields.has(FILTER) && !fields.has(EXPERIMENT)) {
            problems.add(fields.place(FILTER), "a filter needs `experiment`, the name of the experiment to look in");
        }
    }

    private CandidateSelection.OrderBy orderBy(Fields fields) {
        String text = fields.text(ORDER_BY);
        if (text == null) {
            return null;
        }
        Matcher order = ORDER.matcher(text);
        if (!order.matches()) {
            problems.add(fields.place(ORDER_BY), "`" + PolicyNode.abbreviated(text) + "` is not an order of runs; write "
                    + "`metrics.<name> DESC` (greatest first) or `metrics.<name> ASC`, the name in back-ticks if it has blanks");
            return null;
        }
        String metric = Stream.of(order.group(1), order.group(2), order.group(3))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        return new CandidateSelection.OrderBy(metric, "DESC".equalsIgnoreCase(order.group(4)));
    }
}
