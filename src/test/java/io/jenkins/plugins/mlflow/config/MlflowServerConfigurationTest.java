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
    void timeouts_are_five_and_ten_seconds_unless_said_otherwise() {
        assertEquals(5, server.getConnectTimeoutSeconds());
        assertEquals(10, server.getRequestTimeoutSeconds());
    }

    @Test
    void blanks_around_values_do_not_count_and_blank_means_none() {
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
    void a_name_is_one_line_of_text(String name) {
        assertTrue(refused(() -> Servers.server(name, "http://h")).contains("name"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "mlflow", "ftp://h", "file:///tmp/mlruns", "http:///x", "http://h?x=1", "http://h/#/models"})
    void a_bad_address_is_refused_with_the_name_of_the_server(String uri) {
        String message = refused(() -> Servers.server("production", uri));

        assertTrue(message.contains("'production'") && message.contains("tracking URI"), message);
    }

    @Test
    void a_password_in_the_address_is_refused_and_not_repeated() {
        assertFalse(refused(() -> Servers.server("a", "https://user:canary@h")).contains("canary"));
    }

    @Test
    void users_are_shown_the_address_of_the_ui_and_without_one_the_tracking_uri() {
        assertEquals("http://h/team", Servers.server("a", "http://h/team/").shownUrl());

        server.setUiUrl(" https://ui.example.com/mlflow/ ");
        assertEquals("https://ui.example.com/mlflow", server.shownUrl());

        server.setUiUrl(" ");
        assertNull(server.getUiUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "ui.example.com", "https://user:canary@h", "https://h/#/models"})
    void an_address_of_the_ui_that_is_no_web_address_is_refused(String url) {
        String message = refused(() -> server.setUiUrl(url));

        assertTrue(message.contains("UI address"), message);
        assertFalse(message.contains("canary"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a b", "ü"})
    void a_workspace_that_is_no_header_value_is_refused(String workspace) {
        assertTrue(refused(() -> server.setWorkspace(workspace)).contains("workspace"));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 301})
    void timeouts_are_between_one_second_and_five_minutes(int seconds) {
        assertTrue(refused(() -> server.setConnectTimeoutSeconds(seconds)).contains("connect timeout is " + seconds));
        assertTrue(refused(() -> server.setRequestTimeoutSeconds(seconds)).contains("request timeout is " + seconds));
    }

    private static String refused(Executable setting) {
        return assertThrows(IllegalArgumentException.class, setting).getMessage();
    }
}
