package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which registry a configured server stands for, whatever becomes of its name and address. */
class ServerIdentitiesTest {
    private static final String HTTP = "http://mlflow.example.com";
    private static final String HTTPS = "https://mlflow.example.com";

    private List<MlflowServerConfiguration> servers = List.of();

    private static MlflowServerConfiguration server(String name, String uri) {
        return new MlflowServerConfiguration(name, uri);
    }

    /** The registries of the servers, after these took the place of those before. */
    private List<String> configured(MlflowServerConfiguration... now) {
        ServerIdentities.handOver(servers, List.of(now));
        servers = List.of(now);
        return servers.stream().map(MlflowServerConfiguration::registry).toList();
    }

    @Test
    void aServerKeepsItsIdentityUnderAnotherNameOrAddress() {
        List<String> first = configured(server("a", HTTP));

        assertEquals(first, configured(server("b", HTTP)));
        assertEquals(first, configured(server("b", HTTPS)));
        assertEquals(first, configured(server("b", "https://ml.example.com/mlflow")));
        assertEquals(first, configured(server("c", "https://ml.example.com/mlflow/")));
        assertEquals(first, configured(server("c", HTTP)));
    }

    @Test
    void twoNamesOfOneAddressMoveTogether() {
        List<String> first = configured(server("a", HTTP), server("b", HTTP));

        assertEquals(first, configured(server("a", HTTPS), server("b", HTTPS)));
    }

    @Test
    void whoLeavesAnAddressThatIsStillConfiguredLeavesTheRecordsThere() {
        List<String> first = configured(server("a", HTTP), server("b", HTTP));

        List<String> parted = configured(server("a", HTTPS), server("b", HTTP));

        assertEquals(first.get(1), parted.get(1));
        assertNotEquals(parted.get(0), parted.get(1));
    }

    @Test
    void anAddressThatWasAnotherServersIsARegistryOfItsOwn() {
        configured(server("a", HTTP));
        List<String> moved = configured(server("a", HTTPS));

        List<String> both = configured(server("a", HTTPS), server("old", HTTP));

        assertEquals(moved.get(0), both.get(0));
        assertNotEquals(both.get(0), both.get(1));
        assertEquals(both, configured(server("a", HTTPS), server("old", HTTP)));
    }

    @Test
    void serversOfOneAddressAreOneRegistry() {
        List<String> both = configured(server("a", HTTP), server("b", HTTPS));

        List<String> merged = configured(server("a", HTTPS), server("b", HTTPS));

        assertEquals(List.of(both.get(1), both.get(1)), merged);
    }

    @Test
    void anotherWorkspaceIsAnotherRegistry() {
        List<String> first = configured(server("a", HTTP));
        MlflowServerConfiguration team = server("a", HTTPS);
        team.setWorkspace("team");

        assertNotEquals(first, configured(team));
    }
}
