package io.jenkins.plugins.mlflow.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MlflowLinksTest {
    @Test
    void partsArePercentEncoded() {
        MlflowLinks links = new MlflowLinks("https://mlflow.example.com/team//", null);

        assertEquals("https://mlflow.example.com/team/#/experiments/3/runs/a%2Fb%3F", links.run("3", "a/b?"));
        assertEquals(
                "https://mlflow.example.com/team/#/models/a%20b%22%3C%C3%A9/versions/7", links.version("a b\"<é", "7"));
    }

    @Test
    void aWorkspaceIsNamed() {
        MlflowLinks links = new MlflowLinks("https://mlflow.example.com", "growth");

        assertEquals("https://mlflow.example.com/#/experiments/3/runs/r?workspace=growth", links.run("3", "r"));
        assertEquals(
                "https://mlflow.example.com/#/models/churn/versions/7?workspace=growth", links.version("churn", "7"));
    }

    @Test
    void withoutAllPartsThereIsNoLink() {
        MlflowLinks links = new MlflowLinks("http://localhost:5000", null);

        assertEquals("http://localhost:5000/#/runs/r", links.run(null, "r"), "MLflow finds the experiment");
        assertNull(links.run("3", null));
        assertNull(links.version("m", null));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "javascript:alert(1)",
                "data:text/html,x",
                "ftp://host/",
                "file:///etc/passwd",
                "//host/",
                "https://user:secret@host/",
                "https://host/?token=secret",
                "https:///x",
                "https://ho st/",
                "databricks"
            })
    void onlyPlainWebAddressesMakeLinks(String base) {
        assertNull(new MlflowLinks(base, null).run("1", "r"));
    }
}
