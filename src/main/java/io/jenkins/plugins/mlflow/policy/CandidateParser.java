package io.jenkins.plugins.mlflow.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code candidate}: which run or version to evaluate. */
final class CandidateParser {
    static final String EXPERIMENT = "experiment";
    static final String FILTER = "filter";
    static final String SELECT = "select";
    static final String ORDER_BY = "order_by";
    static final String MAX_AGE = "max_age";
    static final String NESTED = "nested";
    static final String ALIAS = "alias";
    static final String STAGE = "stage";
    static final String EVALUATION_RUN = "evaluation_run";
    static final List<String> KEYS =
            List.of(EXPERIMENT, FILTER, SELECT, ORDER_BY, MAX_AGE, NESTED, ALIAS, STAGE, EVALUATION_RUN);
    static final Map<String, Boolean> SELECTIONS = Keywords.of("latest", false, "best", true);
    static final Map<String, Boolean> NESTINGS = Keywords.of("ignore", false, "include", true);
    /** Stages of which one version is the current one. */
    static final Map<String, String> STAGES = Keywords.of(new String[] {"Staging", "Production"}, Function.identity());

    static final List<String> OF_RUNS = List.of(EXPERIMENT, FILTER, SELECT, ORDER_BY, NESTED);

    private static final Pattern ORDER =
            Pattern.compile("\\s*metrics\\.(?:`([^`]+)`|\"([^\"]+)\"|([^\\s`\"]+))(?:\\s+((?i)ASC|DESC))?\\s*");

    private final PolicyProblems problems;
    private final boolean complete;
    private final boolean ofBuild;

    /** @param ofBuild whether only the runs of one build count, so that a filter needs no experiment */
    CandidateParser(PolicyProblems problems, boolean complete, boolean ofBuild) {
        this.problems = problems;
        this.complete = complete;
        this.ofBuild = ofBuild;
    }

    /** The selection, or null if the node is no mapping. */
    CandidateSelection parse(PolicyNode node) {
        MappingReader fields = MappingReader.of(node, problems, KEYS);
        if (fields == null) {
            return null;
        }
        String experiment = fields.text(EXPERIMENT);
        String filter = fields.has(FILTER) ? stripped(fields.text(FILTER)) : null;
        Boolean select = fields.choice(SELECT, SELECTIONS);
        CandidateSelection.OrderBy orderBy = fields.has(ORDER_BY) ? orderBy(fields) : null;
        Duration maxAge = fields.duration(MAX_AGE, false);
        Boolean nested = fields.choice(NESTED, NESTINGS);
        String alias = fields.alias(ALIAS);
        String stage = fields.choice(STAGE, STAGES);
        boolean evaluationRun = fields.flag(EVALUATION_RUN).orElse(false);
        boolean best = Boolean.TRUE.equals(select);
        if (fields.has(ALIAS) || fields.has(STAGE)) {
            checkAlone(fields);
        } else if (complete) {
            checkTogether(fields, best, fields.has(SELECT) && select == null);
            checkNested(fields, Boolean.TRUE.equals(nested));
        }
        return new CandidateSelection(
                experiment, filter, best, orderBy, maxAge, Boolean.TRUE.equals(nested), alias, stage, evaluationRun);
    }

    private static String stripped(String text) {
        return text == null ? null : text.strip();
    }

    private void checkAlone(MappingReader fields) {
        String holder = fields.has(ALIAS) ? ALIAS : STAGE;
        if (fields.has(ALIAS) && fields.has(STAGE)) {
            problems.add(fields.place(STAGE), "`alias` and `stage` each name a version; remove one of the two");
        }
        for (String key : OF_RUNS) {
            if (fields.has(key)) {
                problems.add(
                        fields.place(key),
                        "`" + key + "` chooses among runs, but `" + holder
                                + "` names the version; remove one of the two" + fields.ofDefaults(key, holder));
            }
        }
    }

    private void checkNested(MappingReader fields, boolean nested) {
        if (nested && !fields.has(EXPERIMENT)) {
            problems.add(
                    fields.place(NESTED),
                    "`nested: include` needs `experiment`, the name of the experiment to look in"
                            + fields.ofDefaults(NESTED));
        }
    }

    private void checkTogether(MappingReader fields, boolean best, boolean selectIsWrong) {
        if (best && !fields.has(ORDER_BY)) {
            problems.add(
                    fields.place(SELECT),
                    "`select: best` needs `order_by`, for example " + "`order_by: metrics.accuracy DESC`");
        }
        if (best && !fields.has(EXPERIMENT)) {
            problems.add(
                    fields.place(SELECT), "`select: best` needs `experiment`, the name of the experiment to look in");
        }
        if (!best && !selectIsWrong && fields.has(ORDER_BY)) {
            problems.add(
                    fields.place(ORDER_BY),
                    "`order_by` counts only with `select: best`; add that or remove this"
                            + fields.ofDefaults(ORDER_BY));
        }
        if (fields.has(FILTER) && !fields.has(EXPERIMENT) && !ofBuild) {
            problems.add(
                    fields.place(FILTER),
                    "a filter needs `experiment`, the name of the experiment to look in" + fields.ofDefaults(FILTER));
        }
    }

    private CandidateSelection.OrderBy orderBy(MappingReader fields) {
        String text = fields.text(ORDER_BY);
        if (text == null) {
            return null;
        }
        Matcher order = ORDER.matcher(text);
        if (!order.matches()) {
            problems.add(
                    fields.place(ORDER_BY),
                    "`" + DisplayText.abbreviated(text) + "` is not an order of runs; write "
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
