package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * The deliveries that were taken, for as long as their signature could still be accepted, so that each counts once, over
 * restarts too. There is one file for those that were sent in the same minute, named by the minute: it is appended to, and
 * deleted when no signature of that minute is accepted any longer.
 */
final class DeliveryStore {
    static final int MOST = 100_000;

    private static final Logger LOGGER = Logger.getLogger(DeliveryStore.class.getName());
    private static final String ENDING = ".ids";
    private static final Pattern FILE = Pattern.compile("(\\d{1,12})\\.ids");
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{32}");
    private static final int SECONDS = 60;

    private final Path folder;
    private final int most;
    private final Map<Long, Set<String>> taken = new TreeMap<>();
    private final Set<String> underWay = new HashSet<>();
    private boolean loaded;

    DeliveryStore(Path folder) {
        this(folder, MOST);
    }

    /** @param most how many deliveries are kept, those under way included */
    DeliveryStore(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /** What to do with a delivery. */
    enum State {
        /** To be offered, and then given to {@link #finish}. */
        NEW,
        /** Nothing: it was taken. */
        TAKEN,
        /** To be sent again: the same delivery is under way, or too many are kept. */
        BUSY
    }

    synchronized State begin(WebhookSignature delivery, Instant now) throws IOException {
        load();
        forget(now);
        String key = key(delivery);
        if (taken.values().stream().anyMatch(keys -> keys.contains(key))) {
            return State.TAKEN;
        }
        int kept = underWay.size() + taken.values().stream().mapToInt(Set::size).sum();
        return kept < most && underWay.add(key) ? State.NEW : State.BUSY;
    }

    /**
     * Ends what {@link #begin} began.
     *
     * @param isTaken whether the delivery is never to be offered again
     */
    synchronized void finish(WebhookSignature delivery, boolean isTaken) {
        String key = key(delivery);
        underWay.remove(key);
        if (!isTaken) {
            return;
        }
        long minute = minute(delivery.sentAt());
        taken.computeIfAbsent(minute, any -> new HashSet<>()).add(key);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve(minute + ENDING),
                    key + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            // Its events are taken. After a restart it would be offered again, which starts no second build.
            LOGGER.log(Level.WARNING, "That a webhook was taken cannot be stored in " + folder, e);
        }
    }

    private void load() throws IOException {
        if (loaded) {
            return;
        }
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    var name = FILE.matcher(String.valueOf(file.getFileName()));
                    if (name.matches()) {
                        Set<String> keys = taken.computeIfAbsent(Long.valueOf(name.group(1)), any -> new HashSet<>());
                        // The last line may be torn, and what follows it on the same line is then lost.
                        Files.readString(file, StandardCharsets.ISO_8859_1)
                                .lines()
                                .filter(line -> KEY.matcher(line).matches())
                                .forEach(keys::add);
                    }
                }
            }
        }
        loaded = true;
    }

    /** Drops the minutes of which {@link WebhookSignature#isRecent} accepts nothing any longer. */
    private void forget(Instant now) {
        Instant oldest = now.minus(WebhookSignature.SKEW);
        Iterator<Long> minutes = taken.keySet().iterator();
        while (minutes.hasNext()) {
            long minute = minutes.next();
            if (!Instant.ofEpochSecond((minute + 1) * SECONDS).isBefore(oldest)) {
                return;
            }
            minutes.remove();
            try {
                Files.deleteIfExists(folder.resolve(minute + ENDING));
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "A file of old webhooks cannot be deleted from " + folder, e);
            }
        }
    }

    private static long minute(Instant sentAt) {
        return Math.floorDiv(sentAt.getEpochSecond(), SECONDS);
    }

    /** The id itself may be as long as its sender likes, and is nobody's business. */
    private static String key(WebhookSignature delivery) {
        return Digests.sha256(delivery.deliveryId()).substring(0, 32);
    }
}
