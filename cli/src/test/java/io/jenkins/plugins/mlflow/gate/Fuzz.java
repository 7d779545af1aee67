package io.jenkins.plugins.mlflow.gate;

import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Tries many inputs, in a JVM of its own, whose memory is limited. Each input comes from its own number alone, which is printed
 * with what was wrong: {@code Fuzz policy 1 4711} tries one input, the one with the number 4711.
 */
public final class Fuzz {
    private static final long LONGEST = Duration.ofSeconds(20).toNanos();

    private Fuzz() {}

    /** What is fed. */
    public interface Target {
        byte[] input(RandomGenerator random);

        /** Throws whatever it should not. */
        void run(byte[] input) throws Exception;
    }

    /** @param arguments {@code policy}, {@code answer} or {@code http}, how many inputs, and the number of the first */
    public static void main(String[] arguments) throws Exception {
        Target target =
                switch (arguments[0]) {
                    case "policy" -> new PolicyFuzz();
                    case "http" -> new HttpFuzz();
                    default -> new AnswerFuzz();
                };
        long count = Long.parseLong(arguments[1]);
        long first = Long.parseLong(arguments[2]);
        Watch watch = new Watch();
        long start = System.nanoTime();
        for (long number = first; number < first + count; number++) {
            byte[] input = target.input(new Random(number));
            watch.begin(number);
            try {
                target.run(input);
            } catch (Throwable e) {
                System.out.println(
                        "input " + number + ": " + Base64.getEncoder().encodeToString(input));
                e.printStackTrace(System.out);
                System.exit(1);
            }
            watch.end();
        }
        System.out.println(arguments[0] + ": " + count + " inputs from " + first + " on, in "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s, the slowest in "
                + watch.slowestMillis()
                + " ms, in a heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB; nothing was wrong");
        System.exit(0);
    }

    /** Ends the JVM at an input that takes too long. */
    private static final class Watch {
        private volatile long number;
        private volatile long since;
        private long slowest;

        Watch() {
            Thread thread = new Thread(this::look, "watch");
            thread.setDaemon(true);
            thread.start();
        }

        void begin(long input) {
            number = input;
            since = System.nanoTime();
        }

        void end() {
            slowest = Math.max(slowest, System.nanoTime() - since);
            since = 0;
        }

        long slowestMillis() {
            return slowest / 1_000_000;
        }

        private void look() {
            while (true) {
                long began = since;
                if (began != 0 && System.nanoTime() - began > LONGEST) {
                    System.out.println("input " + number + " takes too long");
                    Runtime.getRuntime().halt(2);
                }
                try {
                    Thread.sleep(200);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
