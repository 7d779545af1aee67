package io.jenkins.plugins.mlflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** A report for other tools, with names as hostile as a server may hold. */
class ExportTest {
    @Test
    void junitXmlCanBeReadAndDoesNotPassUnlessTheGateDid() throws Exception {
        String xml = JunitXml.of(HostileReport.report());

        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
        assertEquals("4", suite.getAttribute("tests"));
        assertEquals("2", suite.getAttribute("failures"));
        assertEquals("1", suite.getAttribute("skipped"));
        assertEquals(2, suite.getElementsByTagName("failure").getLength());
        assertEquals(1, suite.getElementsByTagName("skipped").getLength());
    }

    private static String fact(String name, CandidateInfo candidate, BaselineInfo baseline) {
        GateReport report = new GateReport(GateStatus.PASSED, "", "enabled", "churn", null)
                .evaluated(candidate, baseline, List.of());
        return ReportTable.facts(report).stream()
                .filter(fact -> fact.get(0).equals(name))
                .map(fact -> fact.get(1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theBaselineSaysByWhatItWasFoundAndWhetherItWas() {
        assertEquals("version 6 (alias champion)", fact("baseline", null, new BaselineInfo("champion", "6", "r0")));
        assertEquals(
                "version 6 (stage Production)",
                fact("baseline", null, new BaselineInfo(null, "Production", true, "6", "r0", null)));
        assertEquals(
                "no version (alias champion)",
                fact("baseline", null, new BaselineInfo("champion", null, true, null, null, null)));
        assertEquals(
                "not resolved (alias champion)",
                fact("baseline", null, new BaselineInfo("champion", null, false, null, null, null)));
    }

    @Test
    void theCandidateSaysWhatItsRunAndItsModelAre() {
        assertEquals(
                "run r1, version 7", fact("candidate", new CandidateInfo("r1", "3", "e", "7", null, "FINISHED"), null));
        assertEquals(
                "run r1 (evaluation run), version 7, logged model m-1 (rf)",
                fact(
                        "candidate",
                        new CandidateInfo("r1", "3", "e", "7", "m-1", "FINISHED")
                                .named("rf")
                                .run(true, false),
                        null));
        assertEquals(
                "run r1 (evaluation run, child run)",
                fact("candidate", new CandidateInfo("r1", "3", "e", null, null, "FINISHED").run(true, true), null));
    }

    @Test
    void markdownShowsNamesAsText() throws Exception {
        String markdown = Markdown.of(HostileReport.report());

        assertFalse(markdown.contains("<script>"), markdown);
        assertTrue(markdown.contains("a\\|b"), markdown);
        assertEquals(
                3,
                markdown.lines()
                        .filter(line -> line.matches("\\| (FAILED|PASSED) .*"))
                        .count());
    }

    /** As GitHub and GitLab make links of bare addresses, and call people and issues, whatever is escaped with a backslash. */
    @Test
    void markdownLinksNothingAndCallsNobody() throws Exception {
        String markdown = Markdown.of(HostileReport.report());

        for (String link : new String[] {"://", "www.", "mailto:", "@team", "@evil", "!12"}) {
            assertFalse(markdown.contains(link), link + " in " + markdown);
        }
        String read = markdown.replace("&#8203;", "").replace("\\", "");
        assertTrue(read.contains("https://evil.example/x www.evil.example mailto:a@evil.example @team !12"), read);
    }

    @Test
    void invisibleCharactersAreShown() throws Exception {
        String markdown = Markdown.of(HostileReport.report());

        assertTrue(markdown.contains("\\\\u202Eycarucca\\\\u202C"), markdown);
        assertTrue(markdown.codePoints().noneMatch(c -> Character.getType(c) == Character.FORMAT), markdown);
        assertEquals("a\\u200Bb \\u{E0041} c", DisplayText.line("a\u200Bb \uDB40\uDC41\u2028c"));
        assertEquals("", DisplayText.line(null));
    }
}
