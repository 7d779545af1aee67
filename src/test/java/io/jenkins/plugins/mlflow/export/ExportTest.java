package io.jenkins.plugins.mlflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** A report for other tools, with names as hostile as a server may hold. */
class ExportTest {
    private static final String HOSTILE = "a|b <script>alert(1)</script> \"q\" & \u001b[31m\u0000";

    private static GateReport report() throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of(
                                "accuracy", ">= 0.9",
                                "recall", Map.of("min", 0.8, "criticality", "note"),
                                "latency", Map.of("max", 40, "criticality", "unstable")))
                        .build());
        List<Check> checks =
                Evaluator.evaluate(policy, new Evidence(Map.of("accuracy", 0.95, "recall", 0.5, "latency", 50.0), null));
        return new GateReport(GateStatus.UNSTABLE, HOSTILE, "enabled", "churn", "http://mlflow")
                .judged(new CandidateInfo(HOSTILE, "3", null, "7", null, "FINISHED"), null, checks);
    }

    @Test
    void junitXmlCanBeReadAndDoesNotPassUnlessTheGateDid() throws Exception {
        String xml = JunitXml.of(report());

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

    @Test
    void markdownShowsNamesAsText() throws Exception {
        String markdown = Markdown.of(report());

        assertFalse(markdown.contains("<script>"), markdown);
        assertTrue(markdown.contains("a\\|b"), markdown);
        assertEquals(3, markdown.lines().filter(line -> line.matches("\\| (FAILED|PASSED) .*")).count());
    }
}
