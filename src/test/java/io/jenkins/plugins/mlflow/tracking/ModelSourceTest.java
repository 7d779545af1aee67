package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSourceTest {
    private static final String RUN = "0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models:/m-" + RUN,
                "models:/m-" + RUN + "/",
                "mlflow-artifacts:/1/models/m-" + RUN + "/artifacts",
                "/srv/mlruns/1/models/m-" + RUN + "/artifacts/"
            })
    void aLoggedModelIsKnownByItsIdOrItsFiles(String source) {
        assertEquals(ModelSource.ofLoggedModel("m-" + RUN), ModelSource.parse(source));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runs:/" + RUN + "/a/model",
                "runs:/" + RUN + "/a/model/",
                "runs:/" + RUN + "//a/model/",
                "mlflow-artifacts:/3/" + RUN + "/artifacts/a/model",
                "s3://bucket/mlflow/3/" + RUN + "/artifacts/a/model",
                "dbfs:/databricks/mlflow-tracking/3/" + RUN + "/artifacts/a/model"
            })
    void anArtifactPathIsKnownByRunAndPath(String source) {
        assertEquals(ModelSource.ofRun(RUN, "a/model"), ModelSource.parse(source));
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPathOfAMillionSlashesIsReadAtOnce() {
        String slashes = "/".repeat(1_000_000);
        assertEquals(
                "a" + slashes + "x",
                ModelSource.parse("runs:/" + RUN + "/a" + slashes + "x").path());
        assertEquals("a", ModelSource.parse("runs:/" + RUN + "/a" + slashes).path());
        assertEquals("", ModelSource.ofRun(RUN, slashes).path());
    }

    @Test
    void aCopyNamesTheVersionThatItIsOf() {
        ModelSource copy = ModelSource.parse("models:/my model.1/12");
        assertEquals(ModelSource.Kind.VERSION, copy.kind());
        assertEquals("my model.1", copy.model());
        assertEquals("12", copy.version());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s3://bucket/elsewhere", "models:/churn@champion", "models:/churn/Production", "runs:/x"})
    void anythingElseTellsNothing(String source) {
        assertEquals(ModelSource.Kind.OTHER, ModelSource.parse(source).kind());
        assertEquals(ModelSource.Kind.OTHER, ModelSource.parse(null).kind());
    }
}
