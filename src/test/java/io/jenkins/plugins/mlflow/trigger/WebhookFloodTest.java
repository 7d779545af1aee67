package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.trigger.Deliveries.SECRET;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.created;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.server;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** More deliveries than builds could ever be started for, from senders with and without the secret. */
@WithJenkins
class WebhookFloodTest {
    private static final int MOST_EVENTS = 500;
    private static final int AT_ONCE = 64;
    private static final long MOST_MEMORY = 100L << 20;

    private JenkinsRule jenkins;

    /** Full after some events, as a bounded queue is whose builds do not start. */
    @TestExtension
    public static final class Sink implements EventSink {
        private final Set<VersionEvent> events = ConcurrentHashMap.newKeySet();

        @Override
        public synchronized boolean offer(MlflowServerConfiguration server, VersionEvent hint) {
            return events.contains(hint) || events.size() < MOST_EVENTS && events.add(hint);
        }
    }

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        MlflowGlobalConfiguration.get()
                .setServers(List.of(server("production", "https://mlflow.example.com", "webhook", SECRET)));
    }

    @Test
    void aBurstOfDeliveriesFillsTheSinkAndIsThenToBeSentLater() throws Exception {
        flood(2_000, Integer.MAX_VALUE);
    }

    @Test
    @Tag("torture")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aThousandDeliveriesASecondForAMinuteTakeBoundedMemory() throws Exception {
        flood(60_000, 1_000);
    }

    /** Every other delivery is of a stranger. */
    private void flood(int deliveries, int perSecond) throws Exception {
        long before = used();
        ManagementFactory.getThreadMXBean().resetPeakThreadCount();
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        long[] nanos = new long[deliveries];
        Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
        Semaphore underWay = new Semaphore(AT_ONCE);
        long begin = System.nanoTime();
        for (int i = 0; i < deliveries; i++) {
            byte[] body = created("churn", String.valueOf(i)).getBytes(StandardCharsets.UTF_8);
            HttpRequest request = Deliveries.request(jenkins, signed(body, i % 2 == 0 ? SECRET : "a guess"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            underWay.acquire();
            int number = i;
            long sent = System.nanoTime();
            Deliveries.HTTP
                    .sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .whenComplete((response, failure) -> {
                        nanos[number] = System.nanoTime() - sent;
                        statuses.computeIfAbsent(
                                        failure == null ? response.statusCode() : -1, any -> new AtomicInteger())
                                .incrementAndGet();
                        underWay.release();
                    });
            long ahead = begin + TimeUnit.SECONDS.toNanos(i) / perSecond - System.nanoTime();
            if (ahead > 0) {
                TimeUnit.NANOSECONDS.sleep(ahead);
            }
        }
        underWay.acquire(AT_ONCE);

        Map<Integer, AtomicInteger> found = new TreeMap<>(statuses);
        Arrays.sort(nanos);
        String told = found + " in " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)
                + " s, answered within "
                + millis(nanos, 0.5) + " ms (median), " + millis(nanos, 0.95) + " ms (95 %), " + millis(nanos, 1)
                + " ms (all); threads "
                + threads + ", at most " + ManagementFactory.getThreadMXBean().getPeakThreadCount();
        assertTrue(Set.of(200, 401, 429).containsAll(found.keySet()), told);
        Sink sink = ExtensionList.lookupSingleton(Sink.class);
        assertTrue(sink.events.size() <= MOST_EVENTS, told);
        assertEquals(sink.events.size(), found.get(200).get(), told);
        assertTrue(deliveries / 2 <= MOST_EVENTS || found.get(429).get() > 0, told);
        long more = used() - before;
        assertTrue(more < MOST_MEMORY, () -> told + " took " + (more >> 20) + " MiB");
        System.out.println(told + " took " + (more >> 20) + " MiB");
    }

    private static double millis(long[] sorted, double part) {
        return Math.round(sorted[(int) Math.ceil(part * sorted.length) - 1] / 100_000.0) / 10.0;
    }

    /** After several collections, as the last one may have come too early. */
    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
