package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which registry a configured server stands for, whatever becomes of its name and address. */
class ServerIdentitiesTest {
    private static final String HERE = "http://mlflow.example.com";
    private static final String THERE = "https://elsewhere.example.com";

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
        List<String> first = configured(server("a", HERE));

        assertEquals(first, configured(server("b", HERE)));
        assertEquals(first, configured(server("b", THERE)));
        assertEquals(first, configured(server("b", "https://ml.example.com/mlflow")));
        assertEquals(first, configured(server("c", "https://ml.example.com/mlflow/")));
        assertEquals(first, configured(server("c", HERE)));
    }

    @Test
    void twoNamesOfOneAddressMoveTogether() {
        List<String> first = configured(server("a", HERE), server("b", HERE));

        assertEquals(first, configured(server("a", THERE), server("b", THERE)));
    }

    @Test
    void whoLeavesAnAddressThatIsStillConfiguredLeavesTheRecordsThere() {
        List<String> first = configured(server("a", HERE), server("b", HERE));

        List<String> parted = configured(server("a", THERE), server("b", HERE));

        assertEquals(first.get(1), parted.get(1));
        assertNotEquals(parted.get(0), parted.get(1));
    }

    @Test
    void anAddressThatWasAnotherServersIsARegistryOfItsOwn() {
        configured(server("a", HERE));
        List<String> moved = configured(server("a", THERE));

        List<String> both = configured(server("a", THERE), server("old", HERE));

        assertEquals(moved.get(0), both.get(0));
        assertNotEquals(both.get(0), both.get(1));
        assertEquals(both, configured(server("a", THERE), server("old", HERE)));
    }

    @Test
    void serversOfOneAddressAreOneRegistry() {
        List<String> both = configured(server("a", HERE), server("b", THERE));

        List<String> merged = configured(server("a", THERE), server("b", THERE));

        assertEquals(List.of(both.get(1), both.get(1)), merged);
    }

    @Test
    void anotherWorkspaceIsAnotherRegistry() {
        List<String> first = configured(server("a", HERE));
        MlflowServerConfiguration team = server("a", THERE);
        team.setWorkspace("team");

        assertNotEquals(first, configured(team));
    }

    @Test
    void everySpellingOfAnAddressIsTheSameRegistry() {
        MlflowServerConfiguration named = server("e", HERE);
        named.setWorkspace("default");

        List<String> all = configured(
                server("a", HERE),
                server("b", "https://mlflow.example.com"),
                server("c", "http://MLFLOW.example.com:80/"),
                server("d", "https://mlflow.example.com./"),
                named,
                server("other", "http://mlflow.example.com:5000"));

        assertEquals(1, all.subList(0, 5).stream().distinct().count(), all::toString);
        assertNotEquals(all.get(0), all.get(5));
        assertEquals(List.of(all.get(0)), configured(server("z", "https://mlflow.example.com")));
    }
}
