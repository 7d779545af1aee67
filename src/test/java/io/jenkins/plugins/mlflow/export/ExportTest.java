package io.jenkins.plugins.mlflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
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

    @Test
    void markdownShowsNamesAsText() throws Exception {
        String markdown = Markdown.of(HostileReport.report());

        assertFalse(markdown.contains("<script>"), markdown);
        assertTrue(markdown.contains("a\\|b"), markdown);
        assertEquals(3, markdown.lines().filter(line -> line.matches("\\| (FAILED|PASSED) .*")).count());
    }
}
