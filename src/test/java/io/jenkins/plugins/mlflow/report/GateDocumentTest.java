package io.jenkins.plugins.mlflow.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys that a report has in Jenkins only. */
class GateDocumentTest {
    private static GateDocument again(GateDocument document) {
        return GateDocument.fromMap((Map<?, ?>) Json.read(Json.write(document.toMap())));
    }

    @Test
    void changesAreInTheDocumentAndComeBack() {
        GateDocument document = new GateDocument(
                Reports.passed(), new PolicyChanges("ml/churn/main #7", List.of("a min 1 was lowered to 0")));

        assertEquals(List.of("a min 1 was lowered to 0"), document.toMap().get("policy_changes"));
        assertEquals("ml/churn/main #7", document.toMap().get("policy_compared_with"));
        assertEquals(document.toMap(), again(document).toMap());
    }

    @Test
    void noChangesAreNotTheSameAsNothingToCompareWith() {
        GateDocument same = new GateDocument(Reports.passed(), new PolicyChanges("ml/churn/main #7", List.of()));
        GateDocument first = new GateDocument(Reports.passed(), null);

        assertEquals(List.of(), again(same).toMap().get("policy_changes"));
        assertTrue(first.toMap().containsKey("policy_changes"));
        assertNull(again(first).toMap().get("policy_changes"));
    }

    @Test
    void documentsOfBeforeAreRead() {
        assertNull(GateDocument.fromMap(Reports.document()).getChanges());
    }
}
