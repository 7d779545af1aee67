package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.jvnet.hudson.test.JenkinsRule;

/** A Jenkins whose only server is an MLflow with a champion, version 6, and a candidate, version 7. */
@WithSharedJenkins
abstract class PipelineTest {
    static JenkinsRule jenkins;

    HttpMlflow mlflow;

    @BeforeAll
    static void startJenkins(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void startMlflow() throws Exception {
        mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate());
    }

    @AfterEach
    void stopMlflow() {
        mlflow.close();
    }
}
