package io.jenkins.plugins.mlflow.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Gives configured servers their identities, by which records are kept. A server keeps its identity when its name changes, and when
 * its address changes under the same name. At any time servers of one destination have the same identity, however their addresses
 * are written, and others have others.
 */
final class ServerIdentities {
    private ServerIdentities() {}

    /** Hands the identities of the servers before over to those that take their place. */
    static void handOver(List<MlflowServerConfiguration> before, List<MlflowServerConfiguration> now) {
        Map<String, String> identities = new HashMap<>();
        for (MlflowServerConfiguration server : now) {
            before.stream()
                    .filter(old -> old.isSameRegistry(server))
                    .findFirst()
                    .ifPresent(old -> identities.putIfAbsent(server.destination(), old.registry()));
        }
        for (MlflowServerConfiguration server : now) {
            before.stream()
                    .filter(old -> old.getName().equals(server.getName()) && old.isOfSameWorkspace(server))
                    .map(MlflowServerConfiguration::registry)
                    .filter(identity -> !identities.containsValue(identity))
                    .findFirst()
                    .ifPresent(identity -> identities.putIfAbsent(server.destination(), identity));
        }
        for (MlflowServerConfiguration server : now) {
            // The identity that a new address would have may be that of a server which was there before.
            String own = server.destination();
            identities.computeIfAbsent(
                    own, same -> identities.containsValue(same) ? same + "\n" + UUID.randomUUID() : same);
            server.setIdentity(identities.get(own));
        }
    }

    /**
     * The identity of a folder's server, whatever the file of the folder says: its users could claim the records of others. At an
     * address of the controller's servers it is theirs.
     */
    static String inFolder(String destination) {
        List<MlflowServerConfiguration> controllers =
                MlflowGlobalConfiguration.get().configured();
        for (MlflowServerConfiguration server : controllers) {
            if (server.destination().equals(destination)) {
                return server.registry();
            }
        }
        // A server of the controller may have kept this identity from the time when it was at this address.
        boolean taken =
                controllers.stream().anyMatch(server -> server.registry().equals(destination));
        return taken ? destination + "\nin folders" : destination;
    }
}
