package io.jenkins.plugins.mlflow.live;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.mlflow.WithSharedJenkins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;

/** The files of what is live: whatever becomes of one, its history is not lost. */
@WithSharedJenkins
class KeptRecordsTest {
    private static final Instant TEN = Instant.parse("2026-11-20T10:00:00Z");

    private static JenkinsRule jenkins;
    private static int keys;

    private LiveKey key;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void sevenWasPromoted() throws Exception {
        key = new LiveKey("mlflow.example.com\ndefault", "model " + ++keys, LiveKey.Kind.ALIAS, "champion");
        LiveStore.update(key, "production", record -> record.promoted("6", "7", TEN, new BuildRef("train", 1)));
    }

    private Path file() {
        return file("");
    }

    private Path file(String suffix) {
        return folder().resolve(key.id() + ".json" + suffix);
    }

    private static Path folder() {
        return jenkins.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate").resolve("live");
    }

    private void see(String version, int minute) throws IOException {
        LiveStore.update(
                key,
                "production",
                record -> record.seen(version, TEN.plusSeconds(60L * minute), new BuildRef("train", 2)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.getFileName().toString().startsWith(key.id()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aRecordThatIsNoRecordIsKeptBesideTheNewOneAndTheLogSaysSo() throws Exception {
        byte[] cut = {'{', '"', (byte) 0xff};
        for (byte[] content :
                List.of(cut, "".getBytes(StandardCharsets.UTF_8), "[1]".getBytes(StandardCharsets.UTF_8))) {
            Files.write(file(), content);
            int before = files().size();
            try (LogRecorder log = new LogRecorder()
                    .record(LiveStore.class.getPackageName(), Level.WARNING)
                    .record("io.jenkins.plugins.mlflow.report", Level.WARNING)
                    .capture(10)) {
                see("7", 1);
                assertThat(log.getMessages().toString(), containsString(".corrupt"));
            }

            assertThat(files(), hasSize(before + 1));
            assertThat(LiveStore.find(key.id()).getVersion(), is("7"));
        }
        assertThat(Files.readAllBytes(file(".corrupt")), is(cut));
    }

    @Test
    void aRecordOfANewerVersionIsKeptBesideTheNewOne() throws Exception {
        String newer = Files.readString(file()).replace("\"schema_version\": 1", "\"schema_version\": 2");
        Files.writeString(file(), newer);
        assertThat(LiveStore.find(key.id()), is(nullValue()));
        assertThat("a reader changes nothing", Files.readString(file()), is(newer));

        see("8", 1);

        assertThat(Files.readString(file(".newer")), is(newer));
        assertThat(LiveStore.find(key.id()).getVersion(), is("8"));
    }

    @Test
    void whatWasSeenAgainWithinAMinuteIsKnownAndNotWritten() throws Exception {
        String written = Files.readString(file());
        LiveStore.update(key, "production", record -> record.seen("7", TEN.plusSeconds(59), new BuildRef("train", 2)));
        assertThat(Files.readString(file()), is(written));
        assertThat(LiveStore.find(key.id()).getSeenAt(), is("2026-11-20T10:00:59Z"));

        LiveStore.update(key, "production", record -> record.seen("6", TEN.plusSeconds(30), new BuildRef("train", 3)));
        assertThat("older than what was seen since", LiveStore.find(key.id()).getVersion(), is("7"));

        see("7", 1);
        assertThat(Files.readString(file()), containsString("2026-11-20T10:01:00Z"));
    }

    @Test
    void aFileThatWasChangedByHandIsReadAgain() throws Exception {
        assertThat(LiveStore.find(key.id()).getVersion(), is("7"));
        Files.writeString(file(), Files.readString(file()).replace("\"version\": \"7\"", "\"version\": \"77\""));

        assertThat(LiveStore.find(key.id()).getVersion(), is("77"));
    }

    @Test
    void aRecordIsNotHeldUpByAnother() throws Exception {
        LiveKey another = another();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> slow = thread.submit(() -> {
                LiveStore.update(key, "production", record -> {
                    held.countDown();
                    await(free);
                    record.promoted("7", "8", TEN.plusSeconds(600), new BuildRef("train", 2));
                });
                return null;
            });
            await(held);
            LiveStore.update(another, "production", record -> record.seen("1", TEN, new BuildRef("train", 3)));
            assertThat(slow.isDone(), is(false));
            free.countDown();
            slow.get(10, TimeUnit.SECONDS);
        } finally {
            free.countDown();
            thread.shutdownNow();
        }
        assertThat(LiveStore.find(key.id()).getVersion(), is("8"));
        assertThat(LiveStore.find(another.id()).getVersion(), is("1"));
    }

    /** Of another lock. */
    private LiveKey another() {
        for (int i = 0; ; i++) {
            LiveKey other = new LiveKey(key.registry(), key.model() + " other " + i, LiveKey.Kind.ALIAS, "champion");
            if (Math.floorMod(other.id().hashCode(), 64)
                    != Math.floorMod(key.id().hashCode(), 64)) {
                return other;
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS), is(true));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRecordThatCannotBeReadNowIsNotReplaced() throws Exception {
        Path elsewhere = folder().resolveSibling("elsewhere");
        Files.move(file(), elsewhere);
        Files.createDirectory(file());

        assertThrows(IOException.class, () -> see("8", 1));
        assertThat(LiveStore.find(key.id()), is(nullValue()));

        Files.delete(file());
        Files.move(elsewhere, file());
        see("8", 2);
        assertThat(LiveStore.find(key.id()).getChanges(), hasSize(2));
        assertThat(files(), hasSize(1));
    }
}
