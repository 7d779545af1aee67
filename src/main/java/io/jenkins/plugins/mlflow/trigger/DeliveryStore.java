package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The deliveries that were taken, for as long as their signature could still be accepted, so that each counts once, over
 * restarts too. There is one file for those that were sent in the same minute, named by the minute: it is appended to, and
 * deleted when no signature of that minute is accepted any longer.
 */
final class DeliveryStore {
    static final int MOST = 100_000;

    /** A signer has a part of the places, so that it cannot keep the deliveries of all others out. */
    static final int MOST_OF_A_SIGNER = MOST / 5;

    private static final Logger LOGGER = Logger.getLogger(DeliveryStore.class.getName());
    private static final String ENDING = ".ids";
    private static final Pattern FILE = Pattern.compile("(\\d{1,12})\\.ids");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{32}) ([0-9a-f]{32})");
    private static final int DIGITS = 32;
    private static final int SECONDS = 60;

    private final Path folder;
    private final int most;
    private final int mostOfASigner;
    /** By minute, from the delivery to its signer. */
    private final Map<Long, Map<String, String>> taken = new TreeMap<>();
    /** From the delivery to its signer. */
    private final Map<String, String> underWay = new HashMap<>();
    /** How many deliveries of each signer are kept or under way. */
    private final Map<String, Integer> kept = new HashMap<>();

    private boolean loaded;

    DeliveryStore(Path folder) {
        this(folder, MOST, MOST_OF_A_SIGNER);
    }

    /**
     * @param most how many deliveries are kept, those under way included
     * @param mostOfASigner the same of one signer
     */
    DeliveryStore(Path folder, int most, int mostOfASigner) {
        this.folder = folder;
        this.most = most;
        this.mostOfASigner = mostOfASigner;
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

    /** @param signerName what the deliveries of one signer have in common; it may be long, and is not stored */
    synchronized State begin(WebhookSignature delivery, String signerName, Instant now) throws IOException {
        load();
        forget(now);
        String key = digest(delivery.deliveryId());
        if (taken.values().stream().anyMatch(keys -> keys.containsKey(key))) {
            return State.TAKEN;
        }
        String signer = digest(signerName);
        int all = underWay.size() + taken.values().stream().mapToInt(Map::size).sum();
        if (all >= most || kept.getOrDefault(signer, 0) >= mostOfASigner || underWay.containsKey(key)) {
            return State.BUSY;
        }
        underWay.put(key, signer);
        kept.merge(signer, 1, Integer::sum);
        return State.NEW;
    }

    private void free(String signer) {
        kept.computeIfPresent(signer, (any, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Ends what {@link #begin} began.
     *
     * @param isTaken whether the delivery is never to be offered again
     */
    synchronized void finish(WebhookSignature delivery, boolean isTaken) {
        String key = digest(delivery.deliveryId());
        String signer = underWay.remove(key);
        if (!isTaken) {
            free(signer);
            return;
        }
        long minute = minute(delivery.sentAt());
        taken.computeIfAbsent(minute, any -> new HashMap<>()).put(key, signer);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve(minute + ENDING),
                    key + " " + signer + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            // Its events are taken. After a restart it would be offered again, which starts no second build.
            LOGGER.log(
                    Level.WARNING,
                    "Cannot record in " + folder + " that a webhook was accepted; check that Jenkins can write there",
                    e);
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
                        Map<String, String> keys =
                                taken.computeIfAbsent(Long.valueOf(name.group(1)), any -> new HashMap<>());
                        // The last line may be torn, and what follows it on the same line is then lost.
                        Files.readString(file, StandardCharsets.ISO_8859_1)
                                .lines()
                                .map(LINE::matcher)
                                .filter(Matcher::matches)
                                .forEach(line -> keys.put(line.group(1), line.group(2)));
                    }
                }
            }
        }
        kept.clear();
        taken.values().forEach(keys -> keys.values().forEach(signer -> kept.merge(signer, 1, Integer::sum)));
        loaded = true;
    }

    /** Drops the minutes of which {@link WebhookSignature#isRecent} accepts nothing any longer. */
    private void forget(Instant now) {
        Instant oldest = now.minus(WebhookSignature.SKEW);
        Iterator<Map.Entry<Long, Map<String, String>>> minutes =
                taken.entrySet().iterator();
        while (minutes.hasNext()) {
            Map.Entry<Long, Map<String, String>> entry = minutes.next();
            long minute = entry.getKey();
            if (!Instant.ofEpochSecond((minute + 1) * SECONDS).isBefore(oldest)) {
                return;
            }
            entry.getValue().values().forEach(this::free);
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

    /** Ids are as their senders like, and nobody's business; nor are the addresses of servers. */
    private static String digest(String text) {
        return Digests.sha256(text).substring(0, DIGITS);
    }
}
