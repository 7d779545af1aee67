package io.jenkins.plugins.mlflow.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which checks a page shows of a report that may have thousands. */
class CheckTableTest {
    private static List<Check> checks(int whole, int slices) throws Exception {
        return SampleReports.document(whole, slices, 0.3).getReport().getChecks();
    }

    private static CheckTable table(List<Check> checks, String... query) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < query.length; i += 2) {
            parameters.put(query[i], query[i + 1]);
        }
        return new CheckTable(checks, parameters::get);
    }

    private static List<String> metrics(CheckTable table) {
        return table.getRows().stream().map(row -> row.getCheck().getMetric()).toList();
    }

    @Test
    void whatDidNotPassComesFirstTheWorstOnTop() throws Exception {
        List<Check> shown =
                table(checks(60, 0)).getRows().stream().map(CheckRow::getCheck).toList();

        assertEquals(60, shown.size());
        List<Check> missed = shown.stream().filter(check -> !check.isPassed()).toList();
        assertTrue(missed.size() > 5);
        assertEquals(missed, shown.subList(0, missed.size()));
        assertEquals(missed.stream().sorted(CheckRanking.WORST_FIRST).toList(), missed);
    }

    @Test
    void noPageHoldsManyMoreThanAPageAndTheListHasThemAll() throws Exception {
        List<Check> checks = checks(1_000, 4_000);
        CheckTable start = table(checks);
        assertEquals(CheckTable.PAGE, start.getRows().size());
        assertEquals(10, start.getGroups().size());
        assertTrue(start.getGroups().stream()
                .allMatch(
                        group -> group.isCut() && group.getRows().size() == CheckTable.FEW && group.getCount() == 400));
        assertFalse(start.isComplete());

        Set<String> seen = new HashSet<>();
        CheckTable page = table(checks, "show", "all");
        assertEquals(20, page.getPages());
        for (int number = 1; number <= page.getPages(); number++) {
            seen.addAll(metrics(table(checks, "show", "all", "page", Integer.toString(number))));
        }
        assertEquals(5_000, seen.size());
    }

    @Test
    void manyGroupsOfSlicesShowFewerEachAndThoseLeftOutAreInTheList() {
        for (int count : List.of(100, 300)) {
            List<Object> rows = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                for (String slice : List.of("a", "b", "c", "d", "e", "f")) {
                    Map<String, Object> check = Reports.check(i + "/" + slice, "min", 1.0, 2.0, "PASSED", "failure");
                    check.put("slice", slice);
                    rows.add(check);
                }
            }
            CheckTable table = table(Reports.failed(rows).getChecks());

            int shown = table.getGroups().stream()
                    .mapToInt(group -> group.getRows().size())
                    .sum();
            assertEquals(count == 100 ? 200 : CheckTable.PAGE, shown);
            assertEquals(count > CheckTable.PAGE, table.isCut());
        }
    }

    @Test
    void aSearchFindsEveryCheckWhereverItStands() throws Exception {
        List<Check> checks = checks(1_000, 4_000);

        assertEquals(List.of("recall_124"), metrics(table(checks, "q", " RECALL_124 ")));
        assertEquals(10, table(checks, "q", "country=CD").getMatchCount());
        CheckTable missed = table(checks, "show", "missed");
        assertEquals(checks.stream().filter(check -> !check.isPassed()).count(), missed.getMatchCount());
        assertEquals(0, table(checks, "q", "no such check").getRows().size());
        assertEquals("?q=a%26b+%3C&page=2", table(many("a&b <"), "q", "a&b <").getNext());
    }

    private static List<Check> many(String name) {
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            rows.add(Reports.check(name + i, "min", 1.0, 2.0, "PASSED", "failure"));
        }
        return Reports.failed(rows).getChecks();
    }

    @Test
    void aColumnSortsAllChecksAndWhatHasNoValueIsLast() throws Exception {
        List<Check> checks = checks(1_000, 0);
        CheckTable up = table(checks, "sort", "value");
        double before = Double.NEGATIVE_INFINITY;
        for (CheckRow row : up.getRows()) {
            assertTrue(row.getCheck().getValue() >= before);
            before = row.getCheck().getValue();
        }
        assertEquals("?sort=-value", up.sortBy("value"));
        assertEquals("ascending", up.sorted("value"));
        assertNull(up.sorted("margin"));
        CheckTable last = table(checks, "sort", "-value", "page", "4");
        assertNull(last.getRows().get(last.getRows().size() - 1).getCheck().getValue());
    }

    @Test
    void slicesOfOneRuleMakeAGroupAlsoWhereTheirNamesRepeat() {
        List<Object> rows = new ArrayList<>();
        for (String slice : List.of("a", "c", "acc", "de")) {
            Map<String, Object> check = Reports.check("acc/" + slice, "min", 1.0, 2.0, "PASSED", "failure");
            check.put("slice", slice);
            rows.add(check);
        }
        rows.add(Reports.check("acc", "min", 1.0, 2.0, "PASSED", "failure"));

        CheckTable table = table(Reports.failed(rows).getChecks());

        assertEquals(List.of("acc"), metrics(table));
        assertEquals(1, table.getGroups().size());
        assertEquals("acc/*", table.getGroups().get(0).getPattern().getAll());
        assertEquals(4, table.getGroups().get(0).getCount());
    }

    @Test
    void oneGroupCanBeSeenWhole() throws Exception {
        List<Check> checks = checks(0, 4_000);
        SliceGroup group = table(checks).getGroups().get(0);

        CheckTable list = table(checks, "slices", Integer.toString(group.getNumber()));

        assertEquals(400, list.getMatchCount());
        assertEquals(group.getWorst().getCheck().getMetric(), metrics(list).get(0));
        assertEquals("?slices=" + group.getNumber() + "&page=2", list.getNext());
    }

    @Test
    void whatMakesNoSenseCountsAsNotSaid() throws Exception {
        List<Check> checks = checks(20, 0);
        CheckTable table = table(checks, "q", " ", "show", "x", "sort", "nothing", "page", "99", "slices", "-1");

        assertFalse(table.isList());
        assertEquals(metrics(table(checks)), metrics(table));
        assertEquals(0, table(List.of()).getCount());
    }
}
