package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MlflowServerConfigurationTest {
    private final MlflowServerConfiguration server = Servers.server("production");

    @Test
    void timeoutsAreFiveAndTenSecondsUnlessSaidOtherwise() {
        assertEquals(5, server.getConnectTimeoutSeconds());
        assertEquals(10, server.getRequestTimeoutSeconds());
    }

    @Test
    void blanksAroundValuesDoNotCountAndBlankMeansNone() {
        server.setCredentialsId("  ");
        server.setWorkspace(" churn ");
        server.setCaCertificates("\n");

        assertNull(server.getCredentialsId());
        assertEquals("churn", server.getWorkspace());
        assertNull(server.getCaCertificates());
        assertEquals("a", Servers.server(" a ", " http://h/ ").getName());
        assertEquals("http://h/", Servers.server(" a ", " http://h/ ").getTrackingUri());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", "two\nlines"})
    void aNameIsOneLineOfText(String name) {
        assertTrue(refused(() -> Servers.server(name, "http://h")).contains("name"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "mlflow", "ftp://h", "file:///tmp/mlruns", "http:///x", "http://h?x=1", "http://h/#/models"})
    void aBadAddressIsRefusedWithTheNameOfTheServer(String uri) {
        String message = refused(() -> Servers.server("production", uri));

        assertTrue(message.contains("'production'") && message.contains("tracking URI"), message);
    }

    @Test
    void aPasswordInTheAddressIsRefusedAndNotRepeated() {
        assertFalse(refused(() -> Servers.server("a", "https://user:canary@h")).contains("canary"));
    }

    @Test
    void usersAreShownTheAddressOfTheUiAndWithoutOneTheTrackingUri() {
        assertEquals("http://h/team", Servers.server("a", "http://h/team/").shownUrl());

        server.setUiUrl(" https://ui.example.com/mlflow/ ");
        assertEquals("https://ui.example.com/mlflow", server.shownUrl());

        server.setUiUrl(" ");
        assertNull(server.getUiUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "ui.example.com", "https://user:canary@h", "https://h/#/models"})
    void anAddressOfTheUiThatIsNoWebAddressIsRefused(String url) {
        String message = refused(() -> server.setUiUrl(url));

        assertTrue(message.contains("UI address"), message);
        assertFalse(message.contains("canary"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a b", "ü"})
    void aWorkspaceThatIsNoHeaderValueIsRefused(String workspace) {
        assertTrue(refused(() -> server.setWorkspace(workspace)).contains("workspace"));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 301})
    void timeoutsAreBetweenOneSecondAndFiveMinutes(int seconds) {
        assertTrue(refused(() -> server.setConnectTimeoutSeconds(seconds)).contains("connect timeout is " + seconds));
        assertTrue(refused(() -> server.setRequestTimeoutSeconds(seconds)).contains("request timeout is " + seconds));
    }

    private static String refused(Executable setting) {
        return assertThrows(IllegalArgumentException.class, setting).getMessage();
    }
}
