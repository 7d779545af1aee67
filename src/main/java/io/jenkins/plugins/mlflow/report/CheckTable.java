package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which checks the page shows, and in which order. At first those of whole metrics, what did not pass first, and then the
 * slices in groups. A search, a choice, a sorting or a further page makes one list of all that match. However many checks a
 * report has, a page has at most {@link #PAGE} of whole metrics and as many of slices, and a search looks at all.
 */
public final class CheckTable {
    /** As many checks as a page holds. */
    static final int PAGE = 250;
    /** At most as many slices each group shows at first where the report has more checks than a page. */
    static final int FEW = 5;
    /** From so many checks on there is something to search. */
    private static final int MANY = 10;

    private static final String ALL = "all";
    private static final String MISSED = "missed";
    private static final String PASSED = "passed";
    private static final List<String> CHOICES = List.of(ALL, MISSED, PASSED);

    private static final Map<String, Function<Check, Object>> SORTS = new TreeMap<>(Map.of(
            "metric", Check::getMetric,
            "value", Check::getValue,
            "baseline", Check::getBaseline,
            "change", Check::getChange,
            "margin", CheckRanking::distance));

    private final List<Check> checks;
    private final List<SliceGroup> allGroups;
    private final List<Check> matching;
    private final String search;
    private final String show;
    private final String sort;
    private final SliceGroup slices;
    private final int page;
    private final boolean list;

    /**
     * What a request asks for. Whatever it says that makes no sense counts as not said.
     *
     * @param parameters returns the value of a query parameter, or null
     */
    CheckTable(List<Check> all, Function<String, String> parameters) {
        this.checks = all.stream()
                .sorted(Comparator.comparing(Check::isPassed)
                        .thenComparing((a, b) -> a.isPassed() ? 0 : CheckRanking.WORST_FIRST.compare(a, b)))
                .toList();
        this.allGroups = all.size() > PAGE
                ? SliceGroup.of(checks, FEW, PAGE)
                : SliceGroup.of(checks, Integer.MAX_VALUE, Integer.MAX_VALUE);
        String text = parameters.apply("q");
        this.search = text == null ? "" : text.strip();
        String choice = parameters.apply("show");
        this.show = choice != null && CHOICES.contains(choice) ? choice : "";
        String order = parameters.apply("sort");
        this.sort = order != null && SORTS.containsKey(order.replaceFirst("^-", "")) ? order : "";
        int group = number(parameters.apply("slices"), allGroups.size(), 0);
        this.slices = group == 0 ? null : allGroups.get(group - 1);
        this.matching = matching();
        this.page = number(parameters.apply("page"), getPages(), 1);
        this.list = !search.isEmpty() || !show.isEmpty() || !sort.isEmpty() || slices != null || page > 1;
    }

    private static int number(String text, int most, int otherwise) {
        int number = text != null && text.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(text) : otherwise;
        return number > most ? otherwise : number;
    }

    private List<Check> matching() {
        String wanted = search.toLowerCase(Locale.ROOT);
        List<Check> found = new ArrayList<>();
        for (Check check : slices == null ? checks : slices.checks()) {
            boolean chosen = check.isPassed() ? !show.equals(MISSED) : !show.equals(PASSED);
            if (chosen && (wanted.isEmpty() || matches(check, wanted))) {
                found.add(check);
            }
        }
        if (!sort.isEmpty()) {
            boolean down = sort.startsWith("-");
            found.sort(by(SORTS.get(down ? sort.substring(1) : sort), down));
        }
        return found;
    }

    /** What has no value comes last either way. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Comparator<Check> by(Function<Check, Object> key, boolean down) {
        Comparator<Comparable> order = down ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Comparator.comparing(check -> (Comparable) key.apply(check), Comparator.nullsLast(order));
    }

    private static boolean matches(Check check, String wanted) {
        return contains(check.getMetric(), wanted)
                || contains(check.getDataset(), wanted)
                || contains(check.getReason(), wanted)
                || contains(check.getRule(), wanted)
                || contains(check.getVerdict().name(), wanted)
                || contains(check.getCriticality().key(), wanted);
    }

    private static boolean contains(String text, String wanted) {
        return text != null && text.toLowerCase(Locale.ROOT).contains(wanted);
    }

    /** Whether one list is shown instead of whole metrics and groups of slices. */
    public boolean isList() {
        return list;
    }

    /** The rows of the first table: of a list its page, else the checks of whole metrics. */
    public List<CheckRow> getRows() {
        if (list) {
            return matching.stream()
                    .skip((page - 1L) * PAGE)
                    .limit(PAGE)
                    .map(CheckRow::new)
                    .toList();
        }
        return wholes().stream().limit(PAGE).map(CheckRow::new).toList();
    }

    private List<Check> wholes() {
        return checks.stream().filter(check -> check.getSlice() == null).toList();
    }

    /** The groups of slices, the worst first; none in a list. */
    public List<SliceGroup> getGroups() {
        return list
                ? List.of()
                : allGroups.stream().sorted(SliceGroup.WORST_FIRST).limit(PAGE).toList();
    }

    /** Whether all checks are on the page, so that a script can search and sort them where they are. */
    public boolean isComplete() {
        return list ? getPages() == 1 : checks.size() <= PAGE;
    }

    /** Whether checks of whole metrics or groups of slices were left out, which the list has. */
    public boolean isCut() {
        return !list && (wholes().size() > PAGE || allGroups.size() > PAGE);
    }

    public boolean isSearchable() {
        return checks.size() > MANY;
    }

    public int getCount() {
        return checks.size();
    }

    public int getMatchCount() {
        return matching.size();
    }

    public int getFirst() {
        return matching.isEmpty() ? 0 : (page - 1) * PAGE + 1;
    }

    public int getLast() {
        return Math.min(page * PAGE, matching.size());
    }

    public int getPages() {
        return Math.max(1, (matching.size() + PAGE - 1) / PAGE);
    }

    public String getSearch() {
        return search;
    }

    public String getShow() {
        return show;
    }

    public String getSort() {
        return sort;
    }

    /** The group that the list is of, or null if it is of all checks. */
    public SliceGroup getSlices() {
        return slices;
    }

    /** The query of the page before this one, or null. */
    public String getPrevious() {
        return page > 1 ? query(sort, page - 1) : null;
    }

    public String getNext() {
        return page < getPages() ? query(sort, page + 1) : null;
    }

    /** The query of the list of all checks. */
    public String getAll() {
        return "?show=" + ALL;
    }

    /** The query that sorts by a column, downwards if it is sorted upwards now. */
    public String sortBy(String column) {
        return query(sort.equals(column) ? "-" + column : column, 1);
    }

    /** Of a column's heading, as {@code aria-sort} has it; null if the list isn't sorted by it. */
    public String sorted(String column) {
        return sort.equals(column) ? "ascending" : sort.equals("-" + column) ? "descending" : null;
    }

    private String query(String order, int number) {
        StringBuilder query = new StringBuilder();
        append(query, "q", search);
        append(query, "show", show);
        append(query, "slices", slices == null ? "" : Integer.toString(slices.getNumber()));
        append(query, "sort", order);
        append(query, "page", number == 1 ? "" : Integer.toString(number));
        return query.isEmpty() ? "?" : query.toString();
    }

    private static void append(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}
