package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class RestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void allIsThereAfterARestartAndNothingOfWhatWasRefused() throws Throwable {
        AtomicReference<String> before = new AtomicReference<>();
        sessions.then(r -> {
            before.set(Servers.told(Servers.stored()));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> MlflowGlobalConfiguration.get().setDefaultServer("nowhere"));
        });
        sessions.then(r -> {
            assertEquals(before.get(), Servers.told(MlflowGlobalConfiguration.get()));
            assertTrue(MlflowGlobalConfiguration.get().storedPolicy().isPresent());
        });
    }
}
