package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {

    @ParameterizedTest
    @CsvSource({
        "http://localhost:5000, http://localhost:5000",
        "HTTPS://MLflow.example.com/, https://MLflow.example.com",
        "https://mlflow.example.com/team///, https://mlflow.example.com/team",
        "https://git.example.com/api/v4/projects/7/ml/mlflow, https://git.example.com/api/v4/projects/7/ml/mlflow",
        "' http://[::1]:5000/ ', http://[::1]:5000",
        "http://host//, http://host",
        "http://host/a%20b/ü, http://host/a%20b/%C3%BC",
    })
    void keepsTheAddressAndItsPrefixButNoTrailingSlash(String given, String kept) {
        assertEquals(kept, ServerAddress.parse(given).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty",
        "sqlite:///mlflow.db, not with sqlite:",
        "databricks, must begin with http",
        "file:///tmp/mlruns, not with file:",
        "http:///x, ost",
        "http://my_server:5000, underscore",
        "http://host:0, port 0",
        "http://host:70000, 70000",
        "http://host/?a=b, '?'",
        "http://host/#/experiments/1, '#'",
        "http://ho st/, not a URI",
        "mailto:someone, not with mailto:",
    })
    void saysWhatIsWrong(String given, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(given))
                .getMessage();
        assertTrue(message.contains(expected), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ann:s3cret@host/",
                "https://s3cret@host",
                "http://ann:s3c ret@host",
                "ftp://ann:s3cret@host",
                "http://ann:s3cret@ho_st:99999/#x",
                "http://ann:s3cret%zz@host",
                "ann:s3cret@host",
            })
    void neverRepeatsUserInfo(String given) {
        String message = assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(given))
                .getMessage();
        assertFalse(message.contains("s3c"), message);
    }

    @Test
    void leadsToTheApi() {
        ServerAddress address = ServerAddress.parse("https://host/team/");
        assertEquals(
                "https://host/team/api/2.0/mlflow/runs/get",
                address.api("runs/get").toString());
    }

    @ParameterizedTest
    @CsvSource({
        "https://host/team, http://HOST:80/team/",
        "https://host, https://host.:443",
        "https://host/team, https://host/x/../te%61m",
        "https://host, https://host/x/..",
        "https://10.0.0.1, http://010.0.0.01",
        "https://[::1]:8443/a, http://[0:0:0:0:0:0:0:1]:8443/a",
        "http://127.0.0.1, http://[::ffff:127.0.0.1]",
    })
    void anotherSpellingOfAnAddressIsTheSameDestination(String one, String other) {
        assertEquals(
                ServerAddress.parse(one).destination(),
                ServerAddress.parse(other).destination());
    }

    @ParameterizedTest
    @CsvSource({
        "https://host/team, https://host/Team",
        "https://host:8443, https://host",
        "https://host, https://host.example.com",
        "https://10.0.0.1, https://10.0.0.2",
        "https://[::1], https://[::2]",
    })
    void anotherAddressIsAnotherDestination(String one, String other) {
        assertNotEquals(
                ServerAddress.parse(one).destination(),
                ServerAddress.parse(other).destination());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h/x/%2e%2e/team", "https://h/a%2Fb", "https://h/a%5cb"})
    void aPathThatServersReadInDifferentWaysIsRefused(String address) {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(address))
                .getMessage()
                .contains("encoded dot"));
    }
}
