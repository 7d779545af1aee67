package io.jenkins.plugins.mlflow.gate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Small damage to texts and trees. */
final class Mutations {
    private static final byte[] SIGNS =
            " \n\t:{}[]&*!|>-?#'\"~0a<.,%@`\\=_e+\r\u0000\u007f".getBytes(StandardCharsets.UTF_8);
    private static final List<Object> ODD = Arrays.asList(
            null,
            true,
            0L,
            -1L,
            Long.MAX_VALUE,
            Double.MAX_VALUE,
            Double.NaN,
            Double.NEGATIVE_INFINITY,
            Double.MIN_VALUE,
            new java.math.BigDecimal("1e999999"),
            "",
            " ",
            "NaN",
            "1e400",
            "-0",
            "*",
            "a\u0000b",
            "\uD83D",
            "\u2028",
            "x".repeat(300),
            "9".repeat(1000),
            "2026-11-20",
            "0x1F",
            "1_000",
            "true",
            List.of(),
            Map.of(),
            List.of(List.of(List.of(1L))),
            Map.of("", Map.of("", 1L)));

    private final RandomGenerator random;

    Mutations(RandomGenerator random) {
        this.random = random;
    }

    <T> T any(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    /** One to four times: a byte changed, put in or left out, a piece doubled, left out, or taken from the other text. */
    byte[] damaged(byte[] text, byte[] other) {
        byte[] bytes = text;
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            int at = random.nextInt(bytes.length + 1);
            int end = at + random.nextInt(Math.min(bytes.length - at, 40) + 1);
            byte[] piece =
                    switch (random.nextInt(7)) {
                        case 0 -> new byte[] {(byte) random.nextInt(256)};
                        case 1 -> new byte[] {SIGNS[random.nextInt(SIGNS.length)]};
                        case 2 -> new byte[0];
                        case 3 -> repeated(Arrays.copyOfRange(bytes, at, end), 2 + random.nextInt(oneIn(20) ? 200 : 3));
                        case 4 -> part(other);
                        default -> {
                            end = Math.min(bytes.length, at + 1);
                            yield new byte[] {SIGNS[random.nextInt(SIGNS.length)]};
                        }
                    };
            ByteArrayOutputStream changed = new ByteArrayOutputStream();
            changed.write(bytes, 0, at);
            changed.writeBytes(piece);
            changed.write(bytes, end, bytes.length - end);
            bytes = changed.toByteArray();
        }
        return bytes;
    }

    private static byte[] repeated(byte[] piece, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private byte[] part(byte[] other) {
        int from = random.nextInt(other.length);
        return Arrays.copyOfRange(other, from, from + random.nextInt(Math.min(other.length - from, 60)));
    }

    /** The tree with some of its values replaced, left out or doubled, about one in so many. */
    Object damaged(Object tree, int rarity) {
        if (oneIn(rarity)) {
            return any(ODD);
        }
        if (tree instanceof Map<?, ?> map) {
            Map<String, Object> changed = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (!oneIn(rarity)) {
                    changed.put(oneIn(rarity * 2) ? key + "s" : (String) key, damaged(value, rarity));
                }
            });
            return changed;
        }
        if (tree instanceof List<?> list) {
            List<Object> changed = new ArrayList<>();
            for (Object item : list) {
                for (int copies = oneIn(rarity) ? random.nextInt(4) : 1; copies > 0; copies--) {
                    changed.add(damaged(item, rarity));
                }
            }
            return changed;
        }
        return tree;
    }

    Object odd() {
        return any(ODD);
    }
}
