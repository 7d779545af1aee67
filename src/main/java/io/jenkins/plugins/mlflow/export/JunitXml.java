package io.jenkins.plugins.mlflow.export;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.Criticality;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The report as JUnit XML: one test case for the gate itself, which does not pass unless the gate did, and one per check. A
 * note that was missed is a skipped test.
 */
public final class JunitXml {
    private final GateReport report;
    private final XMLStreamWriter xml;

    private JunitXml(GateReport report, XMLStreamWriter xml) {
        this.report = report;
        this.xml = xml;
    }

    public static String of(GateReport report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            new JunitXml(report, xml).write();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a report could not be written as XML", e);
        }
        return text + "\n";
    }

    private void write() throws XMLStreamException {
        GateStatus status = report.getStatus();
        boolean error = status == GateStatus.ERROR;
        boolean passed = status == GateStatus.PASSED || status == GateStatus.DISABLED;
        boolean pending = status == GateStatus.PENDING;
        long failures =
                report.getChecks().stream().filter(JunitXml::isFailure).count() + (passed || error || pending ? 0 : 1);
        long skipped = report.getChecks().stream().filter(JunitXml::isSkipped).count() + (pending ? 1 : 0);
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuite");
        attribute("name", "mlflow-eval-gate." + report.getModel());
        attribute("tests", String.valueOf(report.getChecks().size() + 1));
        attribute("failures", String.valueOf(failures));
        attribute("errors", error ? "1" : "0");
        attribute("skipped", String.valueOf(skipped));
        double seconds = report.getTiming() == null ? 0 : report.getTiming().getTotalMillis() / 1000.0;
        attribute("time", String.format(Locale.ROOT, "%.3f", seconds));
        testCase("gate", passed ? null : error ? "error" : pending ? "skipped" : "failure", report.getReason());
        for (Check check : report.getChecks()) {
            String outcome = isFailure(check) ? "failure" : isSkipped(check) ? "skipped" : null;
            testCase(
                    ReportTable.metric(check) + " " + check.getRule() + " " + Numbers.text(check.getLimit()),
                    outcome,
                    check.getVerdict() + ": " + check.getReason());
        }
        xml.writeEndElement();
        xml.writeEndDocument();
    }

    private static boolean isFailure(Check check) {
        return !check.isPassed() && check.getCriticality() != Criticality.NOTE;
    }

    private static boolean isSkipped(Check check) {
        return !check.isPassed() && check.getCriticality() == Criticality.NOTE;
    }

    private void testCase(String name, String outcome, String message) throws XMLStreamException {
        xml.writeStartElement("testcase");
        attribute("classname", "mlflow-eval-gate." + report.getModel());
        attribute("name", name);
        if (outcome != null) {
            xml.writeStartElement(outcome);
            attribute("message", message);
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, legal(value));
    }

    /** XML 1.0 has no place for most control characters and for half surrogates. */
    private static String legal(String text) {
        StringBuilder legal = new StringBuilder();
        text.codePoints()
                .map(c -> c == '\t'
                                || c == '\n'
                                || c == '\r'
                                || c >= 0x20 && c <= 0xD7FF
                                || c >= 0xE000 && c <= 0xFFFD
                                || c >= 0x10000
                        ? c
                        : 0xFFFD)
                .forEach(legal::appendCodePoint);
        return legal.toString();
    }
}
