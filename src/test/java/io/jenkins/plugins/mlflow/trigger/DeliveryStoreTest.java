package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.trigger.DeliveryStore.State.BUSY;
import static io.jenkins.plugins.mlflow.trigger.DeliveryStore.State.NEW;
import static io.jenkins.plugins.mlflow.trigger.DeliveryStore.State.TAKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryStoreTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_795_000_000);

    private static final String SIGNER = "server mlflow.example.com";

    @TempDir
    private Path home;

    private Path folder;
    private DeliveryStore store;

    @BeforeEach
    void start() {
        folder = home.resolve("deliveries");
        store = new DeliveryStore(folder);
    }

    private static WebhookSignature delivery(String id, Instant sentAt) {
        return new WebhookSignature(id, sentAt, String.valueOf(sentAt.getEpochSecond()), new byte[32]);
    }

    private void take(String id, Instant sentAt, Instant now) throws IOException {
        assertEquals(NEW, store.begin(delivery(id, sentAt), SIGNER, now), id);
        store.finish(delivery(id, sentAt), true);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void aDeliveryIsTakenOnceWhateverItsTimeAndAlsoAfterARestart() throws Exception {
        take("one", NOW, NOW);

        assertEquals(TAKEN, store.begin(delivery("one", NOW), SIGNER, NOW));
        assertEquals(TAKEN, store.begin(delivery("one", NOW.plusSeconds(200)), SIGNER, NOW));
        assertEquals(NEW, store.begin(delivery("two", NOW), SIGNER, NOW));

        store = new DeliveryStore(folder);
        assertEquals(TAKEN, store.begin(delivery("one", NOW), SIGNER, NOW));
        assertEquals(NEW, store.begin(delivery("two", NOW), SIGNER, NOW));
    }

    @Test
    void oneThatWasNotTakenMayComeAgain() throws Exception {
        assertEquals(NEW, store.begin(delivery("one", NOW), SIGNER, NOW));
        store.finish(delivery("one", NOW), false);

        assertEquals(NEW, store.begin(delivery("one", NOW), SIGNER, NOW));
    }

    @Test
    void oneThatIsUnderWayIsToBeSentAgain() throws Exception {
        assertEquals(NEW, store.begin(delivery("one", NOW), SIGNER, NOW));

        assertEquals(BUSY, store.begin(delivery("one", NOW), SIGNER, NOW));
    }

    @Test
    void itIsKeptAsLongAsItsSignatureIsAcceptedAndNotMuchLonger() throws Exception {
        Instant early = NOW.plus(WebhookSignature.SKEW);
        take("one", early, NOW);
        Instant last = early.plus(WebhookSignature.SKEW);
        assertTrue(delivery("one", early).isRecent(last));

        assertEquals(TAKEN, store.begin(delivery("one", early), SIGNER, last));
        store = new DeliveryStore(folder);
        assertEquals(TAKEN, store.begin(delivery("one", early), SIGNER, last));

        assertEquals(NEW, store.begin(delivery("other", last), SIGNER, last.plusSeconds(120)));
        assertEquals(List.of(), files());
    }

    @Test
    void beyondTheBoundAllAreToBeSentAgainUntilOldOnesAreForgotten() throws Exception {
        store = new DeliveryStore(folder, 2, 2);
        take("one", NOW, NOW);
        assertEquals(NEW, store.begin(delivery("two", NOW), SIGNER, NOW));

        assertEquals(BUSY, store.begin(delivery("three", NOW), SIGNER, NOW));
        store.finish(delivery("two", NOW), true);
        assertEquals(BUSY, store.begin(delivery("three", NOW), SIGNER, NOW));
        assertEquals(TAKEN, store.begin(delivery("one", NOW), SIGNER, NOW));

        Instant later = NOW.plusSeconds(600);
        assertEquals(NEW, store.begin(delivery("three", later), SIGNER, later));
    }

    @Test
    void theIdsThemselvesAreNotStoredAndATornLineHarmsNoOther() throws Exception {
        take("canary", NOW, NOW);
        Path file = files().get(0);
        assertFalse(Files.readString(file).contains("canary"));
        Files.writeString(file, "0123", StandardOpenOption.APPEND);
        Files.writeString(folder.resolve("notes.txt"), "not ours");

        store = new DeliveryStore(folder);

        assertEquals(TAKEN, store.begin(delivery("canary", NOW), SIGNER, NOW));
    }

    @Test
    void aFolderThatCannotBeWrittenStillLeavesEachTakenOnceUntilARestart() throws Exception {
        Files.writeString(folder, "a file in the way");

        take("one", NOW, NOW);

        assertEquals(TAKEN, store.begin(delivery("one", NOW), SIGNER, NOW));
    }

    @Test
    void oneSignerCannotTakeThePlacesOfOthersAlsoAfterARestart() throws Exception {
        store = new DeliveryStore(folder, 5, 2);
        take("one", NOW, NOW);
        take("two", NOW, NOW);
        assertEquals(BUSY, store.begin(delivery("three", NOW), SIGNER, NOW));
        assertEquals(TAKEN, store.begin(delivery("two", NOW), SIGNER, NOW));
        assertEquals(NEW, store.begin(delivery("four", NOW), "folder team", NOW));
        store.finish(delivery("four", NOW), true);

        store = new DeliveryStore(folder, 5, 2);
        assertEquals(BUSY, store.begin(delivery("three", NOW), SIGNER, NOW));
        assertEquals(NEW, store.begin(delivery("five", NOW), "folder team", NOW));
        store.finish(delivery("five", NOW), false);
        assertEquals(NEW, store.begin(delivery("six", NOW), "folder team", NOW));
        assertEquals(BUSY, store.begin(delivery("seven", NOW), "folder team", NOW));

        Instant later = NOW.plusSeconds(600);
        assertEquals(NEW, store.begin(delivery("three", later), SIGNER, later));
    }
}
