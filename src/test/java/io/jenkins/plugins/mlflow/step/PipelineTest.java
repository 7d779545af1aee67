package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.jvnet.hudson.test.JenkinsRule;

/** A Jenkins whose only server is an MLflow with a champion, version 6, and a candidate, version 7. */
abstract class PipelineTest {
    JenkinsRule jenkins;
    HttpMlflow mlflow;

    @BeforeEach
    void startServers(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate());
    }

    @AfterEach
    void stopServers() {
        mlflow.close();
    }
}
